import * as fs from 'node:fs';
import * as path from 'node:path';
import { App, TerraformOutput, TerraformStack, TerraformVariable } from 'cdktf';
import { renderBootScript } from '../../../modules/machine/boot-script';
import { exampleSpec } from '../../modules/machine/example-spec';
import { requireTool } from '../../kit/require-tool';
import { temporaryDirectory, terraformIn } from '../../kit/terraform';

const AWKWARD = 'q" a\' $HOME $(id) `id` b\\ \\" %{if x} ${y} tab\tline\nEND_OF_SPEC\nü <&> ends"';

describe('Terraform values in the boot script', () => {
  requireTool('terraform');

  it('arrive on the machine as they are, whatever they hold', async () => {
    const outdir = temporaryDirectory('boot-values');
    const app = new App({ outdir });
    const stack = new TerraformStack(app, 'stack');
    const variable = (id: string, type: string) => new TerraformVariable(stack, id, { type });
    const text = variable('text', 'string').stringValue;
    const number = variable('number', 'number');
    const spec = exampleSpec({
      region: variable('region', 'string').stringValue,
      variables: { WHOLE: text, PART: `before" \${x} ${text} %{after}\\`, NUMBER: `${number.stringValue}` },
      port: number.numberValue,
      command: variable('command', 'list(string)').listValue,
    });
    new TerraformOutput(stack, 'script', { value: renderBootScript(spec) });
    app.synth();
    const directory = path.join(outdir, 'stacks/stack');
    const values = { text: AWKWARD, number: 3000, region: 'eu-central-1', command: ['./program', AWKWARD] };
    fs.writeFileSync(path.join(directory, 'terraform.tfvars.json'), JSON.stringify(values));
    const terraform = terraformIn(directory);
    await terraform.run(['init', '-no-color']);
    await terraform.run(['apply', '-auto-approve', '-no-color']);
    const script = JSON.parse((await terraform.run(['output', '-json', 'script'])).stdout) as string;
    const line = /<<'END_OF_SPEC'\n(.*)\nEND_OF_SPEC\n/.exec(script)?.[1] ?? '';
    expect(JSON.parse(line)).toEqual({
      ...spec,
      region: 'eu-central-1',
      port: 3000,
      command: ['./program', AWKWARD],
      variables: { WHOLE: AWKWARD, PART: `before" \${x} ${AWKWARD} %{after}\\`, NUMBER: '3000' },
    });
    expect(script).toContain("region='eu-central-1'");
    fs.rmSync(outdir, { recursive: true });
  }, 60_000);
});
