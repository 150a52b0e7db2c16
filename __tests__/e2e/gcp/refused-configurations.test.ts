import { requireGoogleProvider } from '../../support/google-provider/provider-suite';
import { REFUSED, REFUSED_BY_SCHEMA, type RefusedConfiguration } from './refused-configurations';

interface Diagnostic {
  readonly summary: string;
  readonly detail: string;
  readonly address?: string;
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
      const own = diagnostics.filter(({ address }) => address === `${type}.r${index}`);
      expect(own.map(({ summary, detail }) => `${summary} ${detail}`).join('\n')).toContain(names);
    });
  });
});
