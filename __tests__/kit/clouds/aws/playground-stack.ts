import * as fs from 'node:fs';
import * as path from 'node:path';
import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeLaunchTemplateVersionsCommand } from '@aws-sdk/client-ec2';
import { CreateHostedZoneCommand } from '@aws-sdk/client-route-53';
import { CreateBucketCommand, PutBucketVersioningCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { buildGoPrograms } from '../../../../tools/artifacts/build/go-programs';
import { allResources, temporaryDirectory, terraformIn, type ResourceValues, type Terraform } from '../../terraform';
import { synthesizeAwsStackOf, useEmulator, workAroundMoto } from './emulator-stack';
import { startMotoFront, type MotoFront } from './moto-front';
import { awsClients, type AwsClients } from './what-is-there';

export const REGION = 'eu-central-1';
export const DOMAIN = 'example.test';
/** Names objects that nobody has. */
const NOBODYS = path.join(__dirname, '../../playground/artifact-manifest.json');
/** moto's own account. */
const ACCOUNT = '123456789012';

/** How the stack is applied. */
export interface PlaygroundStackOptions {
  /** A running moto. Its front is started here, and ended by `stop`. */
  readonly moto: { readonly port: number };
  /** The artifact manifest, which names what the machines fetch. @default one of objects that nobody has */
  readonly manifest?: string;
  /** Objects of the bootstrap bucket, by key: the files that hold them. @default none - the bucket is empty */
  readonly objects?: Readonly<Record<string, string>>;
  /** Settings of the stack beside CLOUD, ENVIRONMENT (`test`), DOMAIN (`example.test`) and PLAYGROUND. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Terraform variables beside `aws_region` and `app_jwt_secret`. */
  readonly variables?: Readonly<Record<string, unknown>>;
  /** What signs the tokens. @default a text of the test */
  readonly jwtSecret?: string;
}

/** The stack, ready to be planned and applied to moto. */
export interface PreparedStack {
  readonly terraform: Terraform;
  /** Holds cdk.tf.json, plan and state. */
  readonly directory: string;
  readonly front: MotoFront;
  readonly aws: AwsClients;
  /** What machines fetch their programs from. */
  readonly bootstrapBucket: string;
  /** Synthesizes the stack again with other settings, for the next plan: as AWS would get it, until {@link workAroundMoto}. */
  change(settings: Readonly<Record<string, string>>): void;
  /** The exact user data of a group's machines: what the launch template's version of its Auto Scaling group holds. */
  userData(group: MachineGroup): Promise<string>;
  /** Ends the front and removes the directory; what is in moto stays. */
  stop(): Promise<void>;
}

/** A group of machines of the stack. */
export type MachineGroup = 'user-api' | 'playground' | 'playground-fleet';

/** The stack as it is in moto. */
export interface PlaygroundStack extends PreparedStack {
  /** Every resource of the state. */
  readonly resources: readonly ResourceValues[];
  /** Attributes of the one resource of a type (without `aws_`) whose name holds the text. */
  one(type: string, name: string): Readonly<Record<string, any>>;
  /** The stack's outputs, such as `playground_url`. */
  readonly outputs: Readonly<Record<string, string>>;
  /** URLs as the machines know them: `https://sqs.eu-central-1.amazonaws.com/123456789012/...`. */
  readonly queues: { readonly jobs: string; readonly deadLetters: string };
  /** Host name of the event store, as the machines know it. */
  readonly eventStoreHost: string;
}

/**
 * Applies stacks/aws-stack.ts with PLAYGROUND=true by the real AWS provider to a running moto: the hosted zone and the bootstrap bucket
 * are made first, as an account has them. Machines that are booted from its user data are to find AWS at `front.endpoint`.
 */
export async function applyPlaygroundStack(options: PlaygroundStackOptions): Promise<PlaygroundStack> {
  const prepared = await preparePlaygroundStack(options);
  try {
    workAroundMoto(prepared.directory);
    await prepared.terraform.apply();
    return await readPlaygroundStack(prepared);
  } catch (error) {
    await prepared.stop();
    throw error;
  }
}

/** What {@link applyPlaygroundStack} does before it applies: builds what the stack uploads, synthesizes it, makes what it must find. */
export async function preparePlaygroundStack(options: PlaygroundStackOptions): Promise<PreparedStack> {
  buildGoPrograms(['linux-x64'], ['user-api', 'host-agent']);
  const outdir = temporaryDirectory('aws-playground');
  const front = await startMotoFront(options.moto.port);
  const aws = awsClients(front.endpoint, REGION);
  const stop = async () => {
    Object.values(aws).forEach((client) => client.destroy());
    await front.stop();
    fs.rmSync(outdir, { recursive: true, force: true });
  };
  const synthesize = (settings: Readonly<Record<string, string>>) => {
    const standard = { CLOUD: 'aws', ENVIRONMENT: 'test', DOMAIN, PLAYGROUND: 'true', ...options.settings };
    const directory = synthesizeAwsStackOf(options.manifest ?? NOBODYS, outdir, { ...standard, ...settings });
    useEmulator(directory, front.endpoint);
    return directory;
  };
  try {
    await aws.route53.send(new CreateHostedZoneCommand({ Name: DOMAIN, CallerReference: 'test' }));
    const bootstrapBucket = await makeBootstrapBucket(aws, options.objects ?? {});
    const directory = synthesize({});
    const terraform = terraformIn(directory, {
      parallelism: 40,
      variables: {
        ...{ aws_region: REGION, app_jwt_secret: options.jwtSecret ?? 'a secret of the test' },
        ...options.variables,
      },
    });
    await terraform.init();
    const userData = (group: MachineGroup) => userDataOf(aws, `sandpiper-test-${group}`);
    return { terraform, directory, front, aws, bootstrapBucket, userData, change: (s) => void synthesize(s), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What was applied, read from the state. */
export async function readPlaygroundStack(prepared: PreparedStack): Promise<PlaygroundStack> {
  const state = await prepared.terraform.state();
  const resources = allResources(state);
  const one = (type: string, name: string) => {
    const found = resources.filter((resource) => resource.type === `aws_${type}` && resource.name.includes(name));
    if (found.length !== 1) throw new Error(`${found.length} resources of type ${type} ${name}, not one`);
    return found[0]!.values;
  };
  const outputs = Object.entries(state.values?.outputs ?? {}).map(([name, { value }]) => [name, String(value)]);
  return {
    ...prepared,
    resources,
    one,
    outputs: Object.fromEntries(outputs) as Record<string, string>,
    queues: {
      jobs: one('sqs_queue', '_jobs_').url as string,
      deadLetters: one('sqs_queue', '_dead-letters_').url as string,
    },
    eventStoreHost: one('elasticache_replication_group', '').primary_endpoint_address as string,
  };
}

/** What `./sandpiper bootstrap aws` makes before any stack. */
async function makeBootstrapBucket(aws: AwsClients, objects: Readonly<Record<string, string>>): Promise<string> {
  const Bucket = `sandpiper-bootstrap-${ACCOUNT}-${REGION}`;
  await aws.s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: REGION } }));
  await aws.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  for (const [Key, file] of Object.entries(objects)) {
    await aws.s3.send(new PutObjectCommand({ Bucket, Key, Body: fs.readFileSync(file) }));
  }
  return Bucket;
}

async function userDataOf(aws: AwsClients, name: string): Promise<string> {
  const { AutoScalingGroups } = await aws.autoScaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
  );
  const group = AutoScalingGroups?.[0];
  const template = group?.LaunchTemplate ?? group?.MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification;
  if (template === undefined) throw new Error(`no Auto Scaling group ${name} with a launch template`);
  const { LaunchTemplateVersions } = await aws.ec2.send(
    new DescribeLaunchTemplateVersionsCommand({
      LaunchTemplateId: template.LaunchTemplateId,
      Versions: [template.Version ?? '$Default'],
    }),
  );
  return Buffer.from(LaunchTemplateVersions![0]!.LaunchTemplateData!.UserData!, 'base64').toString('utf8');
}
