import * as fs from 'node:fs';
import * as path from 'node:path';
import { App } from 'cdktf';
import { readArtifactManifest } from '../../../../contracts/artifact-manifest';
import { AwsStack } from '../../../../stacks/aws-stack';
import { readSettings } from '../../../../stacks/settings';

/** A synthesized stack: `cdk.tf.json` as an object. */
export interface StackJson {
  readonly terraform: Record<string, any>;
  readonly provider: { readonly aws: Record<string, any>[] };
  readonly resource: Record<string, Record<string, any>>;
  readonly data: Record<string, Record<string, any>>;
}

/** Synthesizes stacks/aws-stack.ts into a directory and returns the directory of the stack. */
export function synthesizeAwsStack(outdir: string, settings: Readonly<Record<string, string>>): string {
  synthesize(outdir, settings, { App, AwsStack });
  return path.join(outdir, 'stacks', 'aws-stack');
}

/** The same with the playground's artifacts from another manifest than the one that was built last. */
export function synthesizeAwsStackOf(
  manifest: string,
  outdir: string,
  settings: Readonly<Record<string, string>>,
): string {
  jest.isolateModules(() => {
    jest.doMock('../../../../stacks/artifacts', () => ({
      ...jest.requireActual<object>('../../../../stacks/artifacts'),
      playgroundArtifacts: () => readArtifactManifest(manifest),
    }));
    const cdktf = require('cdktf') as { App: typeof App };
    const stacks = require('../../../../stacks/aws-stack') as { AwsStack: typeof AwsStack };
    synthesize(outdir, settings, { ...cdktf, ...stacks });
  });
  jest.dontMock('../../../../stacks/artifacts');
  return path.join(outdir, 'stacks', 'aws-stack');
}

function synthesize(
  outdir: string,
  settings: Readonly<Record<string, string>>,
  made: { readonly App: typeof App; readonly AwsStack: typeof AwsStack },
): void {
  const app = new made.App({ outdir });
  new made.AwsStack(app, 'aws-stack', readSettings({ env: settings, context: () => undefined }));
  app.synth();
}

export function readStack(directory: string): StackJson {
  return JSON.parse(fs.readFileSync(path.join(directory, 'cdk.tf.json'), 'utf8')) as StackJson;
}

/** AWS services that the stack's resources belong to, by their name in the provider's `endpoints`. */
const SERVICES = [
  ...[
    'acm',
    'autoscaling',
    'cloudwatch',
    'ec2',
    'elasticache',
    'elbv2',
    'iam',
    'kms',
    'logs',
    'route53',
    'route53resolver',
    's3',
  ],
  ...['secretsmanager', 'sns', 'sqs', 'sts', 'wafv2'],
];

/** Points the provider at the emulator and keeps the state in the stack's directory. Changes no resource. */
export function useEmulator(directory: string, endpoint: string): void {
  rewrite(directory, (stack) => {
    delete stack.terraform.backend;
    Object.assign(stack.provider.aws[0]!, {
      access_key: 'test',
      secret_key: 'test',
      skip_credentials_validation: true,
      skip_metadata_api_check: 'true',
      s3_use_path_style: true,
      endpoints: [Object.fromEntries(SERVICES.map((service) => [service, endpoint]))],
    });
  });
}

/** What moto 5.2 cannot do with a resource, and what is left out for it. The plan that tests read is made before. */
export const MOTO_WORKAROUNDS: readonly {
  readonly type: string;
  readonly reason: string;
  readonly change: (resource: Record<string, any>) => void;
}[] = [
  {
    type: 'aws_subnet',
    reason: 'DescribeSubnets cannot filter by the association of an IPv6 block: the provider waits for it for ever',
    change: (subnet) => delete subnet.ipv6_cidr_block,
  },
  {
    type: 'aws_s3_bucket_policy',
    reason: 'conditions of bucket policies are not read: a refusal of plain text refuses everything',
    change: (policy) => {
      const document = JSON.parse(policy.policy as string) as { Statement: { Effect: string }[] };
      document.Statement = document.Statement.filter(({ Effect }) => Effect !== 'Deny');
      if (document.Statement.length > 0) policy.policy = JSON.stringify(document);
      else policy.count = 0;
    },
  },
  {
    type: 'aws_acm_certificate',
    reason: 'every certificate is RSA_2048, whatever was asked for: a permanent replacement',
    change: (certificate) => delete certificate.key_algorithm,
  },
  {
    type: 'aws_autoscaling_group',
    reason:
      'default_instance_warmup, instance_maintenance_policy and max_instance_lifetime are not kept: a permanent diff',
    change: (group) => {
      delete group.default_instance_warmup;
      delete group.max_instance_lifetime;
      delete group.instance_maintenance_policy;
    },
  },
  {
    type: 'aws_autoscaling_policy',
    reason: 'gives back a predictive scaling that nobody asked for, and `enabled` as false: a permanent diff',
    change: (policy) => ignore(policy, 'enabled', 'predictive_scaling_configuration'),
  },
  {
    type: 'aws_launch_template',
    reason: 'gives the tags of the template back as tag specifications: a permanent diff',
    change: (template) => ignore(template, 'tag_specifications'),
  },
  ...['aws_vpc_security_group_ingress_rule', 'aws_vpc_security_group_egress_rule'].map((type) => ({
    type,
    reason: 'descriptions of rules that name a security group or prefix list are lost: a permanent diff',
    change: (rule: Record<string, any>) => {
      if (!('cidr_ipv4' in rule) && !('cidr_ipv6' in rule)) ignore(rule, 'description');
    },
  })),
];

/** Leaves out what moto cannot do. */
export function workAroundMoto(directory: string): void {
  rewrite(directory, (stack) => {
    for (const { type, change } of MOTO_WORKAROUNDS) Object.values(stack.resource[type] ?? {}).forEach(change);
  });
}

function rewrite(directory: string, change: (stack: StackJson) => void): void {
  const stack = readStack(directory);
  change(stack);
  fs.writeFileSync(path.join(directory, 'cdk.tf.json'), JSON.stringify(stack, undefined, 2));
}

function ignore(resource: Record<string, any>, ...attributes: string[]): void {
  const ignored = (resource.lifecycle?.ignore_changes ?? []) as string[];
  resource.lifecycle = { ...resource.lifecycle, ignore_changes: [...ignored, ...attributes] };
}
