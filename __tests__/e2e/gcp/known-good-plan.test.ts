import * as fs from 'node:fs';
import * as path from 'node:path';
import { requireGoogleProvider } from '../../support/google-provider/provider-suite';
import { allResources } from '../../support/terraform';

const PROTOTYPE = path.resolve(__dirname, '../../../../shared/prototypes/gcp-plan.tf');

describe('a configuration that the real provider planned', () => {
  const google = requireGoogleProvider();
  const configuration = fs.existsSync(PROTOTYPE) ? fs.readFileSync(PROTOTYPE, 'utf8') : undefined;
  const test = configuration === undefined ? it.todo : it;

  test('is planned with as many resources', async () => {
    const terraform = await google.planningTerraform({ 'main.tf': configuration! }, { variables: { jwt: 'any' } });
    await terraform.init();
    await terraform.validate();
    const { json } = await terraform.plan();
    const managed = allResources(json).filter(({ mode }) => mode === 'managed');
    expect(managed).toHaveLength(59);
  }, 60_000);
});
