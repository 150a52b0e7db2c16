import { CloudWatchLogsClient, CreateLogGroupCommand, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateBucketCommand, PutBucketVersioningCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { renderBootScript } from '../../../modules/machine/boot-script';
import type { MachineSpec } from '../../../contracts/machine-spec';
import { startMoto, type Moto } from '../../kit/clouds/aws/moto';
import { awsCloud, bootMachine, machineTools } from '../../kit/machines/machine';
import type { Machine, SimulatedCloud } from '../../kit/machines/machine';
import { requireTool } from '../../kit/require-tool';
import { AWKWARD, GILFOYLE, placesOfSecret, portableSpec, programs, SECRET, traces, user } from './scenario';

const REGION = 'eu-central-1';
const BUCKET = 'sandpiper-test-artifacts';
const LOG_GROUP = '/sandpiper/test/user-api';

describe('a machine on AWS, booted with its user data', () => {
  requireTool([...machineTools, 'moto_server']);
  let moto: Moto;
  let cloud: SimulatedCloud;
  let spec: MachineSpec;
  let machine: Machine;
  let logs: CloudWatchLogsClient;

  beforeAll(async () => {
    const { agent, service } = programs();
    moto = await startMoto();
    const client = {
      region: REGION,
      endpoint: moto.endpoint,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    };
    const s3 = new S3Client({ ...client, forcePathStyle: true });
    logs = new CloudWatchLogsClient(client);
    await s3.send(
      new CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration: { LocationConstraint: REGION } }),
    );
    await s3.send(new PutBucketVersioningCommand({ Bucket: BUCKET, VersioningConfiguration: { Status: 'Enabled' } }));
    const put = async (key: string, data: Buffer) => {
      const { VersionId } = await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: data }));
      return VersionId;
    };
    const hostAgent = { key: 'host-agent/agent', version: await put('host-agent/agent', agent.data) };
    const artifact = { key: 'user-api/program', version: await put('user-api/program', service.data) };
    // What the spec's versions are for: the current object is another one.
    await put('host-agent/agent', Buffer.from('a newer agent'));
    await put('user-api/program', Buffer.from('a newer program'));
    const { ARN = '', VersionId } = await new SecretsManagerClient(client).send(
      new CreateSecretCommand({ Name: 'jwt', SecretString: SECRET }),
    );
    await logs.send(new CreateLogGroupCommand({ logGroupName: LOG_GROUP }));
    cloud = awsCloud({ motoEndpoint: moto.endpoint, region: REGION });
    spec = {
      ...portableSpec(),
      cloud: 'aws',
      region: REGION,
      hostAgent: { bucket: BUCKET, ...hostAgent, sha256: agent.sha256 },
      artifact: { bucket: BUCKET, ...artifact, sha256: service.sha256, kind: 'binary' },
      secrets: [{ variable: 'APP_JWT_SECRET', id: ARN, version: VersionId }],
      health: { path: '/healthz', expectedStatus: 204 },
      logs: { logGroup: LOG_GROUP },
    };
    machine = await bootMachine({ cloud, bootScript: renderBootScript(spec) });
    await machine.waitFor('/healthz', { port: 3000, status: 204 });
  }, 300_000);
  afterAll(async () => {
    await machine?.stop();
    await moto?.stop();
  });

  const shipped = async () =>
    (await logs.send(new FilterLogEventsCommand({ logGroupName: LOG_GROUP, logStreamNames: [machine.id] }))).events ??
    [];

  it('serves the user of a valid token', async () => {
    expect(await user(machine)).toEqual({ status: 200, body: GILFOYLE });
  });

  it('gives the service its variables as they are', async () => {
    const { output } = await machine.exec("tr '\\0' '\\n' </proc/$(systemctl show -P MainPID user-api)/environ");
    expect(output.split('\n')).toContain(`AWKWARD=${AWKWARD}`);
  });

  it('ships the journal to CloudWatch Logs, with the boot script in it', async () => {
    const told = async (what: string) => (await shipped()).some(({ message }) => message?.includes(what));
    await machine.until('the boot is told', () => told('the service is active'));
    await machine.until('requests are told', () => told('/v1/user'));
  }, 120_000);

  it('signs each request as AWS asks', () => expect(cloud.refused).toEqual([]));

  it('tells cloud-init that all went well', async () => {
    await machine.until('cloud-init is done', async () =>
      /status: (done|error)/.test((await machine.exec('cloud-init status')).output),
    );
    expect((await machine.exec('cloud-init status --long')).output).toMatch(/status: done[^]*DataSourceEc2/);
  }, 60_000);

  it('keeps the secret in memory only', async () => {
    expect(await placesOfSecret(machine)).toEqual([]);
    await machine.exec(`echo ${SECRET} >/var/planted; echo ${SECRET} | logger`);
    expect(await placesOfSecret(machine)).toEqual(expect.arrayContaining(['files', 'journal']));
  });

  it('applies the sandbox of the unit, and does not only name it', async () => {
    const inside = async (command: string) => {
      const pid = '$(systemctl show -P MainPID user-api)';
      return (await machine.exec(`nsenter -t ${pid} -m /bin/sh -c '${command}' 2>&1`)).output;
    };
    expect(await inside('touch /etc/x')).toContain('Read-only file system');
    expect(await inside('ls -A /home /root')).not.toContain('.bashrc');
    expect(await inside('ls /dev')).not.toMatch(/console|kmsg/);
    expect(await inside('echo 1 >/proc/sys/kernel/core_uses_pid')).toMatch(/Read-only|Permission|nonexistent/);
    const status = await machine.exec('cat /proc/$(systemctl show -P MainPID user-api)/status');
    expect(status.output).toMatch(/^CapBnd:\s+0+$/m);
    expect(status.output).toMatch(/^CapEff:\s+0+$/m);
    expect(status.output).toMatch(/^NoNewPrivs:\s+1$/m);
    expect(status.output).toMatch(/^Seccomp:\s+2$/m);
    expect(status.output).not.toMatch(/^Uid:\s+0\b/m);
  });

  it('changes nothing when the script runs again', async () => {
    const before = await traces(machine);
    const again = await machine.exec('/var/lib/cloud/instance/scripts/part-001');
    expect(again).toMatchObject({ code: 0, output: expect.stringContaining('the service is active') });
    expect(await traces(machine)).toBe(before);
  }, 60_000);

  it('comes up again after a reboot, which runs no user data', async () => {
    const runs = async () =>
      (await machine.exec('grep -c "the service is active" /var/log/cloud-init-output.log')).output;
    const before = await runs();
    await machine.reboot();
    await machine.waitFor('/healthz', { port: 3000, status: 204 });
    expect(await user(machine)).toEqual({ status: 200, body: GILFOYLE });
    expect(await runs()).toBe(before);
  }, 120_000);

  it('never starts what has another SHA-256, and the console says why', async () => {
    const sha256 = '0'.repeat(64);
    const wrong = await bootMachine({
      cloud,
      bootScript: renderBootScript({ ...spec, hostAgent: { ...spec.hostAgent, sha256 } }),
    });
    try {
      await wrong.until('the console names the hash', () =>
        wrong.console().includes(`${BUCKET}/host-agent/agent is ${spec.hostAgent.sha256}, not ${sha256}`),
      );
      await wrong.until("the failure is cloud-init's too", async () =>
        (await wrong.exec('cloud-init status')).output.includes('error'),
      );
      expect((await wrong.exec('ls /opt/sandpiper/artifacts /etc/systemd/system/user-api.service')).code).not.toBe(0);
    } finally {
      await wrong.stop();
    }
  }, 120_000);
});
