import { spawnSync } from 'node:child_process';
import { renderBootScript } from '../../../modules/machine/boot-script';
import { machineSpecJson } from '../../../modules/machine/machine-spec-json';
import { exampleSpec } from './example-spec';

const AWKWARD = `q" a' $HOME $(id) \`id\` b\\ \\" %{if x} $\${y} \${z} %%{w} tab\tline\nEND_OF_SPEC\n ü  <&>`;

describe('the spec in the boot script', () => {
  it('holds known values as they are', () => {
    const spec = exampleSpec({ variables: { AWKWARD, PORT: '3000' } });
    expect(JSON.parse(machineSpecJson(spec))).toEqual(spec);
  });

  it('is one line in which Terraform reads no template', () => {
    expect(machineSpecJson(exampleSpec({ variables: { AWKWARD } }))).not.toMatch(/\n|[$%]\{/);
  });

  it('leaves out what is absent', () => {
    expect(machineSpecJson(exampleSpec({ project: undefined }))).not.toContain('project');
  });
});

describe.each(['aws', 'gcp'] as const)('the boot script for %s', (cloud) => {
  const script = renderBootScript(exampleSpec({ cloud, variables: { AWKWARD } }));

  it('is POSIX sh', () => {
    const { status, stderr } = spawnSync('sh', ['-n'], { input: script, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('holds nothing that Terraform would read as a template', () => expect(script).not.toMatch(/[$%]\{/));

  it('leaves three quarters of what EC2 takes to the spec', () => {
    expect(Buffer.byteLength(renderBootScript(exampleSpec({ cloud })))).toBeLessThan(16 * 1024 * 0.25 + 1024);
  });

  it('puts no key and no token on a command line', () => {
    const commandLines = script.split('\n').filter((line) => /\bcurl\b/.test(line));
    expect(commandLines.length).toBeGreaterThan(0);
    for (const line of commandLines) expect(line).not.toMatch(/curl.*(--user|-u |\$token|\$credentials|field )/);
  });
});

describe('a spec that cannot be rendered', () => {
  it('is too long for EC2', () => {
    const variables = { LONG: 'x'.repeat(16 * 1024) };
    expect(() => renderBootScript(exampleSpec({ variables }))).toThrow(/environment: .*16384 bytes.*shorten/);
  });

  it.each(['key', 'bucket', 'sha256', 'version'])('has a %s that needs quoting', (name) => {
    const hostAgent = { ...exampleSpec().hostAgent, [name]: "a'b" };
    expect(() => renderBootScript(exampleSpec({ hostAgent }))).toThrow(`hostAgent.${name}: "a'b"`);
  });
});
