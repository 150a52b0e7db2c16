import { renderBootScript } from '../../../modules/machine/boot-script';
import type { MachineSpec } from '../../../contracts/machine-spec';
import { bootMachine, gcpCloud, machineTools, startFakeGcs } from '../../kit/machines/machine';
import type { FakeGcs, GcpCloud, Machine } from '../../kit/machines/machine';
import { requireTool } from '../../kit/require-tool';
import { AWKWARD, GILFOYLE, placesOfSecret, portableSpec, programs, SECRET, traces, user } from './scenario';

const PROJECT = 'a-project';
const SECRET_ID = `projects/${PROJECT}/secrets/jwt`;
const BRIDGE = 3001;

describe('a machine on GCP, booted with its startup-script', () => {
  requireTool(machineTools);
  let storage: FakeGcs;
  let cloud: GcpCloud;
  let spec: MachineSpec;
  let script: string;
  let machine: Machine;

  beforeAll(async () => {
    const { agent, service } = programs();
    storage = await startFakeGcs();
    await storage.createBucket('artifacts');
    await storage.putObject('artifacts', 'host-agent/agent', agent.data);
    await storage.putObject('artifacts', 'user-api/program', service.data);
    cloud = gcpCloud({ storageEndpoint: storage.endpoint, project: PROJECT, region: 'europe-west3' });
    cloud.secrets.set(`${SECRET_ID}/versions/1`, SECRET);
    spec = {
      ...portableSpec(),
      cloud: 'gcp',
      region: 'europe-west3',
      project: PROJECT,
      hostAgent: { bucket: 'artifacts', key: 'host-agent/agent', sha256: agent.sha256 },
      artifact: { bucket: 'artifacts', key: 'user-api/program', sha256: service.sha256, kind: 'binary' },
      secrets: [{ variable: 'APP_JWT_SECRET', id: SECRET_ID, version: '1' }],
      health: { path: '/healthz', expectedStatus: 204, bridgePort: BRIDGE },
      logs: { logName: 'user-api' },
    };
    script = renderBootScript(spec);
    machine = await bootMachine({ cloud, bootScript: script });
    await machine.waitFor('/healthz', { port: 3000, status: 204 });
  }, 300_000);
  afterAll(async () => {
    await machine?.stop();
    await storage?.stop();
  });

  it('serves the user of a valid token', async () => {
    expect(await user(machine)).toEqual({ status: 200, body: GILFOYLE });
  });

  it('gives the service its variables as they are', async () => {
    const environment = (await machine.exec("tr '\\0' '\\n' </proc/$(systemctl show -P MainPID user-api)/environ"))
      .output;
    expect(environment.split('\n')).toContain(`AWKWARD=${AWKWARD}`);
  });

  it('answers 200 on the health port while the service is healthy and 503 while it is not', async () => {
    await machine.waitFor('/healthz', { port: BRIDGE, status: 200 });
    await machine.exec('systemctl stop user-api');
    await machine.waitFor('/healthz', { port: BRIDGE, status: 503 });
    await machine.exec('systemctl start user-api');
    await machine.waitFor('/healthz', { port: BRIDGE, status: 200 });
  }, 90_000);

  it('ships the journal to Cloud Logging, with the boot script in it', async () => {
    const texts = () => cloud.logEntries.map(({ jsonPayload }) => JSON.stringify(jsonPayload));
    await machine.until('the boot is told', () => texts().some((text) => text.includes('the service is active')));
    await machine.until('requests are told', () => texts().some((text) => text.includes('/v1/user')));
    expect(cloud.logEntries.every(({ logName }) => logName === `projects/${PROJECT}/logs/user-api`)).toBe(true);
  }, 90_000);

  it('is refused nothing by the cloud', () => expect(cloud.refused).toEqual([]));

  it('keeps the secret in memory only', async () => {
    expect(await placesOfSecret(machine)).toEqual([]);
    expect((await machine.exec('findmnt -no FSTYPE -T /run/sandpiper/secrets')).output.trim()).toBe('tmpfs');
    expect((await machine.exec("stat -c '%U %a' /run/sandpiper/secrets/APP_JWT_SECRET")).output).toMatch(
      /^root [46]00/,
    );
    await machine.exec(`echo ${SECRET} >/var/planted; echo ${SECRET} | logger`);
    expect(await placesOfSecret(machine)).toEqual(expect.arrayContaining(['files', 'journal']));
  });

  it('starts a killed service again', async () => {
    const pid = async () => (await machine.exec('systemctl show -P MainPID user-api')).output.trim();
    const before = await pid();
    await machine.exec(`kill -9 ${before}`);
    await machine.until('another process', async () => !['0', before].includes(await pid()));
    await machine.waitFor('/healthz', { port: 3000, status: 204 });
  }, 90_000);

  it('changes nothing when the script runs again, and comes up again after a reboot', async () => {
    const before = await traces(machine);
    expect(await machine.exec('systemctl restart google-startup-scripts')).toMatchObject({ code: 0 });
    expect(await traces(machine)).toBe(before);
    await machine.reboot();
    await machine.waitFor('/healthz', { port: 3000, status: 204 });
    expect(await user(machine)).toEqual({ status: 200, body: GILFOYLE });
  }, 120_000);

  it('never starts what has another SHA-256, and the console says why', async () => {
    const sha256 = '0'.repeat(64);
    const wrong = await bootMachine({
      cloud,
      bootScript: renderBootScript({ ...spec, hostAgent: { ...spec.hostAgent, sha256 } }),
    });
    try {
      await wrong.until('the console names the hash', () =>
        wrong.console().includes(`artifacts/host-agent/agent is ${spec.hostAgent.sha256}, not ${sha256}`),
      );
      await wrong.until('the script gives up', () => wrong.console().includes('exit status 65'));
      expect((await wrong.exec('ls /opt/sandpiper/artifacts /etc/systemd/system/user-api.service')).code).not.toBe(0);
    } finally {
      await wrong.stop();
    }
  }, 90_000);
});
