import { generateKeyPairSync } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { QueueUnavailableError } from '../../../../services/engines/job-queue/job-queue';
import { PubsubJobQueue } from '../../../../services/engines/job-queue/pubsub/pubsub-job-queue';
import { loggedIn, pubsubClients } from '../../../../services/engines/job-queue/pubsub/clients';

const SETTING = 'GOOGLE_APPLICATION_CREDENTIALS';
const NAME = { project: 'project', topic: 'jobs', subscription: 'runners' };

describe('Pub/Sub without an identity', () => {
  const given = process.env[SETTING];
  let directory: string;

  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'pubsub-login-'));
    process.env[SETTING] = path.join(directory, 'key.json');
  });
  afterEach(() => {
    if (given === undefined) delete process.env[SETTING];
    else process.env[SETTING] = given;
    fs.rmSync(directory, { recursive: true, force: true });
  });

  it('is unavailable, whatever is asked of it', async () => {
    const queue = new PubsubJobQueue({ queue: NAME, deadLetters: NAME });
    const receive = () => queue.receive({ maximum: 1, waitSeconds: 0, leaseSeconds: 30 });
    await expect(queue.send({ body: 'x' })).rejects.toThrow(QueueUnavailableError);
    await expect(queue.send({ body: 'x' })).rejects.toThrow(QueueUnavailableError);
    await expect(receive()).rejects.toThrow(QueueUnavailableError);
    await expect(queue.ping()).rejects.toThrow(QueueUnavailableError);
    await queue.close();
  });

  it('is used as soon as it has one', async () => {
    const { publisher, subscriber } = pubsubClients();
    for (const client of [publisher, subscriber]) await expect(loggedIn(client)).rejects.toThrow(QueueUnavailableError);
    fs.writeFileSync(process.env[SETTING]!, key());
    for (const client of [publisher, subscriber]) {
      await loggedIn(client);
      await client.close();
    }
  });
});

/** A service account's key that opens nothing. */
function key(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return JSON.stringify({
    type: 'service_account',
    project_id: NAME.project,
    client_email: 'nobody@project.invalid',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  });
}
