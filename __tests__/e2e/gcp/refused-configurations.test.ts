import * as fs from 'node:fs';
import * as path from 'node:path';
import { requireGoogleProvider } from '../../kit/clouds/google-provider/provider-suite';
import { allResources } from '../../kit/terraform';
import { REFUSED, REFUSED_BY_SCHEMA, type RefusedConfiguration } from './refused-configurations';

/** A stack that the real provider 6.50.0 planned. */
const KNOWN_GOOD = path.join(__dirname, 'known-good.tf');

interface Diagnostic {
  readonly summary: string;
  readonly detail: string;
  readonly address?: string;
  /** What Terraform refuses by the schema has no address, but the block that the line is in. */
  readonly snippet?: { readonly context: string | null };
}

describe('the Google provider of the tests', () => {
  const google = requireGoogleProvider();

  // One run of Terraform for all rows of a kind: each diagnostic names its resource.
  const diagnose = async (rows: readonly RefusedConfiguration[]): Promise<readonly Diagnostic[]> => {
    const resource: Record<string, Record<string, unknown>> = {};
    rows.forEach((row, index) => ((resource[row.type] ??= {})[`r${index}`] = row.arguments));
    const terraform = await google.planningTerraform({
      'main.tf.json': {
        terraform: { required_providers: { google: { source: 'hashicorp/google' } } },
        provider: { google: { project: 'demo-project', region: 'europe-west3' } },
        resource,
      },
    });
    await terraform.init();
    const { stdout } = await terraform.run(['validate', '-json']);
    return (JSON.parse(stdout) as { readonly diagnostics: readonly Diagnostic[] }).diagnostics;
  };

  describe.each([
    ['', REFUSED],
    [' by its schema', REFUSED_BY_SCHEMA],
  ])('refuses%s', (_, rows) => {
    let diagnostics: readonly Diagnostic[];
    beforeAll(async () => {
      diagnostics = await diagnose(rows);
    }, 60_000);

    it.each(rows.map((row, index) => ({ ...row, index })))('$refused, and names $names', ({ type, names, index }) => {
      const resource = `${type}.r${index}`;
      const own = diagnostics.filter(
        ({ address, snippet }) => address === resource || snippet?.context === `resource.${resource}`,
      );
      expect(own.map(({ summary, detail }) => `${summary} ${detail}`).join('\n')).toContain(names);
    });
  });

  it('plans all 59 resources of a configuration that the real one planned', async () => {
    const configuration = fs.readFileSync(KNOWN_GOOD, 'utf8');
    const terraform = await google.planningTerraform({ 'main.tf': configuration }, { variables: { jwt: 'any' } });
    await terraform.init();
    await terraform.validate();
    const { json } = await terraform.plan();
    expect(allResources(json).filter(({ mode }) => mode === 'managed')).toHaveLength(59);
  }, 60_000);
});
