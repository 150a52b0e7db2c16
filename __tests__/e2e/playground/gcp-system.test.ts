import * as fs from 'node:fs';
import * as path from 'node:path';
import { buildGoPrograms } from '../../../tools/artifacts/build/go-programs';
import { pubsubClients, once } from '../../../services/engines/job-queue/pubsub/clients';
import { startPubsubEmulator, type PubsubEmulator } from '../../kit/engines/pubsub-emulator';
import { synthesizeGcpStack, VARIABLES } from '../../kit/clouds/google-provider/gcp-stack';
import { GOOGLE } from '../../kit/clouds/google-provider/google-provider';
import { requireGoogleProvider } from '../../kit/clouds/google-provider/provider-suite';
import { serverAuthority } from '../../kit/clouds/google-provider/server-authority';
import {
  bootMachine,
  createAuthority,
  gcpCloud,
  machineTools,
  startFakeGcs,
  type FakeGcs,
  type GcpCloud,
} from '../../kit/machines/machine';
import { startSimulatedEventStore, type SimulatedEventStore } from '../../kit/machines/simulated-event-store';
import { buildPlaygroundArtifacts, sandpiper } from '../../kit/playground/artifacts';
import { describeSystem } from '../../kit/playground/describe-system';
import { JWT_SECRET, LANGUAGES, type PlaygroundSystem } from '../../kit/playground/system';
import { requireTool } from '../../kit/require-tool';
import { allResources, temporaryDirectory, terraformIn, type ResourceValues } from '../../kit/terraform';

/** A Memorystore that is reached by address: its certificate names something else. */
const STORE_NAME = 'memorystore.internal';

/**
 * The whole playground of gcp-stack: applied through the stand-in provider, its programs pushed by the CLI, its machines booted from
 * the startup scripts of their templates. Pub/Sub is Google's emulator, Cloud Storage fake-gcs-server; the event store is a real Redis
 * behind a front that checks access tokens.
 */
describe('the playground on GCP', () => {
  const google = requireGoogleProvider();
  const programs = ['terraform', 'go', 'gcc', 'redis-server', 'mksquashfs', 'pubsub-emulator'];
  if (!requireTool([...machineTools, ...programs])) return;
  const outdir = temporaryDirectory('gcp-system');
  let emulator: PubsubEmulator;
  let storage: FakeGcs;
  let events: SimulatedEventStore;
  let cloud: GcpCloud;

  const open = async (): Promise<PlaygroundSystem> => {
    await buildPlaygroundArtifacts(LANGUAGES);
    buildGoPrograms(['linux-x64'], ['user-api', 'host-agent']);
    const authority = await createAuthority();
    serverAuthority.certificatePem = authority.certificatePem.trim();
    const provider = await google.standIn();
    const directory = synthesizeGcpStack(outdir, { CLOUD: 'gcp', PLAYGROUND: 'true', DELETION_PROTECTION: 'false' });
    provider.workIn(directory);
    const terraform = terraformIn(directory, {
      reattached: [GOOGLE],
      environment: provider.environment,
      variables: { ...VARIABLES, app_jwt_secret: JWT_SECRET, runner_min_instances: 2 },
    });
    await terraform.init();
    await terraform.apply();
    const applied = allResources(await terraform.state());
    [emulator, storage] = await Promise.all([startPubsubEmulator(), startFakeGcs()]);
    await makeQueues(emulator, applied);
    for (const { state } of provider.cloud.objects('google_storage_bucket'))
      await storage.createBucket(state.name as string);
    for (const { state } of provider.cloud.objects('google_storage_bucket_object')) {
      const content = fs.readFileSync(path.join(directory, state.source as string));
      await storage.putObject(state.bucket as string, state.name as string, content);
    }
    const project = {
      STORAGE_EMULATOR_HOST: storage.endpoint,
      GCP_PROJECT: VARIABLES.gcp_project,
      GCP_REGION: VARIABLES.gcp_region,
    };
    await sandpiper(['bootstrap', 'gcp'], project);
    await sandpiper(['push', 'gcp'], project);
    events = await startSimulatedEventStore([
      {
        // Memorystore's one user, whose password is a token; what its administrators keep for themselves it cannot do.
        name: 'default',
        accessString: 'on ~* &* +@all -@admin -@dangerous +info',
        faultOf: (token) => (token === cloud.accessToken ? undefined : 'wrong access token'),
      },
    ]);
    const certificate = await authority.certificateOf(STORE_NAME);
    cloud = gcpCloud({
      storageEndpoint: storage.endpoint,
      project: VARIABLES.gcp_project,
      region: VARIABLES.gcp_region,
      pubsubEmulator: emulator.host,
      events: { address: '10.11.16.2', certificate, serve: events.serve },
    });
    const { secrets } = cloud;
    for (const { state, writeOnly } of provider.cloud.objects('google_secret_manager_secret_version')) {
      // Google knows a project by its number and by its id.
      const name = String(state.name).replace(/^projects\/\d+\//, `projects/${VARIABLES.gcp_project}/`);
      secrets.set(name, String(writeOnly.secret_data_wo));
    }
    const scriptOf = (template: string): string => {
      const found = applied.find(
        ({ type, name }) => type === 'google_compute_region_instance_template' && name.includes(template),
      );
      return (found!.values.metadata as Record<string, string>)['startup-script']!;
    };
    const templates = { gateway: 'playground_instance-template', runner: 'fleet_spot-template' };
    return {
      boot: (group) => bootMachine({ cloud, bootScript: scriptOf(templates[group]) }),
      refused: () => [...cloud.refused, ...events.refused],
      queued: () => messagesLeft(emulator, applied),
    };
  };

  const close = async (): Promise<void> => {
    await events?.stop();
    await Promise.all([storage?.stop(), emulator?.stop()]);
    fs.rmSync(outdir, { recursive: true, force: true });
  };
  describeSystem({ open, close, hasUpgrade: false });
});

/** Topics and subscriptions of the state, in the emulator. */
async function makeQueues(emulator: PubsubEmulator, applied: readonly ResourceValues[]): Promise<void> {
  const { publisher, subscriber } = pubsubClients(emulator.host);
  const of = (type: string) => applied.filter((one) => one.type === type).map(({ values }) => values);
  try {
    for (const { project, name } of of('google_pubsub_topic'))
      await publisher.createTopic({ name: `projects/${project}/topics/${name}` }, once(30_000));
    for (const { project, name, topic, ack_deadline_seconds: seconds } of of('google_pubsub_subscription')) {
      const subscription = `projects/${project}/subscriptions/${name}`;
      await subscriber.createSubscription(
        { name: subscription, topic: String(topic), ackDeadlineSeconds: Number(seconds) },
        once(30_000),
      );
    }
  } finally {
    await Promise.all([publisher.close(), subscriber.close()]);
  }
}

/** How many messages somebody could still take. */
async function messagesLeft(emulator: PubsubEmulator, applied: readonly ResourceValues[]): Promise<number> {
  const { subscriber } = pubsubClients(emulator.host);
  const jobs = applied.find(
    ({ type, name }) => type === 'google_pubsub_subscription' && name.includes('_jobs'),
  )!.values;
  const subscription = `projects/${jobs.project}/subscriptions/${jobs.name}`;
  try {
    const [{ receivedMessages }] = await subscriber.pull(
      { subscription, maxMessages: 10, returnImmediately: true },
      once(),
    );
    return receivedMessages?.length ?? 0;
  } finally {
    await subscriber.close();
  }
}
