import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { applyPlaygroundStack, REGION, type PlaygroundStack } from '../../kit/clouds/aws/playground-stack';
import { workAroundMoto } from '../../kit/clouds/aws/emulator-stack';
import { startMoto, type Moto } from '../../kit/clouds/aws/moto';
import { elastiCacheTokenFault } from '../../kit/machines/aws-signature';
import { awsCloud, bootMachine, machineTools, type AwsCloud } from '../../kit/machines/machine';
import { startSimulatedEventStore, type SimulatedEventStore } from '../../kit/machines/simulated-event-store';
import { buildPlaygroundArtifacts, sandpiper } from '../../kit/playground/artifacts';
import { buildNextVersion } from '../../kit/playground/next-version';
import { describeSystem } from '../../kit/playground/describe-system';
import { JWT_SECRET, LANGUAGES, type PlaygroundSystem } from '../../kit/playground/system';
import { requireTool } from '../../kit/require-tool';

/** Stands for the image of the next month: machines are booted from one and the same here. */
const NEXT_IMAGE = 'ami-0debian12amd64002';

/**
 * The whole playground of aws-stack: applied by the real provider to moto, its programs pushed by the CLI, its machines booted from the
 * user data in their launch templates. SQS, S3, Secrets Manager, CloudWatch are moto's; the event store is a real Redis behind a front
 * that checks ElastiCache's tokens.
 */
describe('the playground on AWS', () => {
  if (!requireTool([...machineTools, 'terraform', 'go', 'gcc', 'moto_server', 'redis-server', 'mksquashfs'])) return;
  let artifacts: string;
  let moto: Moto;
  let stack: PlaygroundStack;
  let cloud: AwsCloud;
  let events: SimulatedEventStore;
  let sqs: SQSClient;

  const open = async (): Promise<PlaygroundSystem> => {
    const { file } = await buildPlaygroundArtifacts(LANGUAGES);
    // The stack's own copy: an upgrade puts another in its place.
    artifacts = fs.mkdtempSync(path.join(os.tmpdir(), 'playground-artifacts-'));
    const manifest = path.join(artifacts, 'manifest.json');
    fs.copyFileSync(file, manifest);
    moto = await startMoto();
    stack = await applyPlaygroundStack({ moto, manifest, jwtSecret: JWT_SECRET });
    const account = {
      AWS_ENDPOINT_URL: stack.front.endpoint,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    };
    // `bootstrap aws` has a suite of its own: under its TLS-only policy moto answers every object with 403.
    await sandpiper(['push', 'aws'], account);
    const cache = stack.one('elasticache_replication_group', '').replication_group_id as string;
    const users = ['gateway', 'runner'].map((role) => {
      const { user_name: user, access_string: accessString } = stack.one('elasticache_user', `_${role}-user_`);
      return {
        name: user as string,
        accessString: accessString as string,
        faultOf: (token: string) => elastiCacheTokenFault(token, { keys: cloud.keys, cache, user, region: REGION }),
      };
    });
    events = await startSimulatedEventStore(users);
    cloud = awsCloud({ motoEndpoint: stack.front.endpoint, region: REGION, events });
    sqs = new SQSClient({
      region: REGION,
      endpoint: stack.front.endpoint,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const groups = { gateway: 'playground', runner: 'playground-fleet' } as const;
    return {
      boot: async (group) => bootMachine({ cloud, bootScript: await stack.userData(groups[group]) }),
      refused: () => [...cloud.refused, ...events.refused],
      queued: async () => {
        const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
        const { Attributes = {} } = await sqs.send(
          new GetQueueAttributesCommand({ QueueUrl: stack.queues.jobs, AttributeNames: [...AttributeNames] }),
        );
        return AttributeNames.reduce((sum, name) => sum + Number(Attributes[name]), 0);
      },
      upgrade: async () => {
        const next = path.join(artifacts, 'next');
        await buildNextVersion(path.dirname(file), next);
        await sandpiper(['push', 'aws', '--artifacts', next], account);
        fs.copyFileSync(path.join(next, 'manifest.json'), manifest);
        stack.change({});
        workAroundMoto(stack.directory);
        await stack.terraform.with({ variables: { base_image: NEXT_IMAGE } }).apply();
      },
    };
  };

  const close = async (): Promise<void> => {
    sqs?.destroy();
    await events?.stop();
    await stack?.stop();
    await moto?.stop();
    if (artifacts) fs.rmSync(artifacts, { recursive: true, force: true });
  };
  describeSystem({ open, close, hasUpgrade: true });
});
