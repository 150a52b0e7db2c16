import { CreateHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53';
import { startMoto } from '../../kit/clouds/aws/moto';
import { GOOGLE, startGoogleProvider } from '../../kit/clouds/google-provider/google-provider';
import { VARIABLES as GCP_VARIABLES } from '../../kit/clouds/google-provider/gcp-stack';
import { loadProviderData } from '../../kit/clouds/google-provider/provider-data';
import { terraformIn, type TerraformPlan } from '../../kit/terraform';
import { overrideBackend } from './upload';

/** Services that data sources are read from. */
const READ = ['ec2', 'iam', 'kms', 'route53', 's3', 'sts'];

/** Plans a bare copy of an upload of aws-stack with the real provider, before a moto of its own. */
export async function planOnAws(copy: string): Promise<TerraformPlan> {
  const moto = await startMoto();
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const route53 = new Route53Client({ endpoint: moto.endpoint, region: 'eu-central-1', credentials });
  try {
    await route53.send(new CreateHostedZoneCommand({ Name: 'example.test', CallerReference: 'cloud' }));
    overrideBackend(copy, {
      provider: {
        aws: {
          access_key: 'test',
          secret_key: 'test',
          skip_credentials_validation: true,
          s3_use_path_style: true,
          endpoints: [Object.fromEntries(READ.map((service) => [service, moto.endpoint]))],
        },
      },
    });
    const variables = { aws_region: 'eu-central-1', domain: 'api.example.test', zone: 'example.test' };
    const terraform = terraformIn(copy, { variables: { ...variables, app_jwt_secret: 'sekret' } });
    await terraform.init();
    await terraform.validate();
    return (await terraform.plan()).json;
  } finally {
    route53.destroy();
    await moto.stop();
  }
}

/** The same of gcp-stack, with the stand-in for Google's provider. */
export async function planOnGcp(copy: string): Promise<TerraformPlan> {
  const provider = await startGoogleProvider(loadProviderData());
  try {
    overrideBackend(copy);
    const terraform = terraformIn(copy, {
      reattached: [GOOGLE],
      environment: provider.environment,
      variables: GCP_VARIABLES,
    });
    await terraform.init();
    await terraform.validate();
    return (await terraform.plan()).json;
  } finally {
    await provider.stop();
  }
}

/** How many resources a plan makes. */
export function creations({ resource_changes: changes = [] }: TerraformPlan): number {
  return changes.filter(({ change }) => change.actions.join() === 'create').length;
}
