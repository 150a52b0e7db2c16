import * as fs from 'node:fs';
import * as path from 'node:path';
import { DefaultTokenResolver, StringConcat, Tokenization } from 'cdktf';
import type { Construct } from 'constructs';
import type { MachineSpec } from '../../contracts/machine-spec';

const mockSpecs: MachineSpec[] = [];
jest.mock('../../modules/machine/boot-script', () => ({
  renderBootScript: (spec: MachineSpec) => {
    mockSpecs.push(spec);
    return 'boot script';
  },
}));
jest.mock('../../modules/machine/host-agent-binary', () => ({ hostAgentBinary: () => mockProgram }));

import { existing } from '../../modules/tls-service/secret-source';
import { synthesizeAws } from '../kit/synthesize/aws';
import { synthesizeGcp } from '../kit/synthesize/gcp';
import { synthesizePlayground } from '../kit/synthesize/playground';
import { writeProgram } from '../kit/synthesize/service';

const mockProgram = writeProgram('the host agent');
/** By its whole name, as the host agent checks it. */
const SECRETS = { APP_JWT_SECRET: existing('projects/demo-project/secrets/jwt', '3') };
const EXAMPLES = path.join(__dirname, '../../contracts/examples');

/**
 * The specs that the clouds render, in files: the host agent's own test (services/host-agent/internal/machine) decodes each of them strictly.
 * After a change of the contract, `UPDATE_EXAMPLES=true npx jest contracts/machine-spec` writes them anew.
 */
describe.each([
  ['aws', 'service', () => synthesizeAws().service as Construct],
  ['gcp', 'service', () => synthesizeGcp({ service: { secrets: SECRETS } }).service as Construct],
  ['aws', 'runner', () => synthesizePlayground('aws').playground as Construct],
  ['gcp', 'runner', () => synthesizePlayground('gcp').playground as Construct],
] as const)('the example of %s, %s', (cloud, kind, synthesize) => {
  it('is what the modules render', () => {
    mockSpecs.length = 0;
    const scope = synthesize();
    const spec = mockSpecs.find(({ profile }) => profile === (kind === 'service' ? 'service' : 'sandbox-host'));
    const resolved: unknown = Tokenization.resolve(spec, {
      scope,
      resolver: new DefaultTokenResolver(new StringConcat()),
      preparing: false,
    });
    const example = `${JSON.stringify(known(resolved), null, 2)}\n`;
    const file = path.join(EXAMPLES, `machine-spec.${cloud}-${kind}.json`);
    if (process.env.UPDATE_EXAMPLES === 'true') fs.writeFileSync(file, example);
    expect(fs.readFileSync(file, 'utf8')).toBe(example);
  });
});

/** What Terraform knows later is a word here. */
function known(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/\$\{.*\}/gs, 'known-after-apply');
  if (Array.isArray(value)) return value.map(known);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, known(member)]));
}
