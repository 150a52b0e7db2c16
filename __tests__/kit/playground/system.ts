import { SignJWT } from 'jose';
import { RUNNER_ADMIN_PORT } from '../../../modules/sandbox-fleet/resolve';
import { catalogue } from '../../../tools/provision/catalogue';
import { selfTests } from '../../../services/languages/self-test';
import { connect, endOf, type Message, type TestClient } from '../gateway/test-client';
import type { Machine } from '../machines/machine';

/** The languages that booted machines run. */
export const LANGUAGES = ['bash', 'python', 'lua'] as const;
/** Signs the users' tokens. */
export const JWT_SECRET = 'a secret of the whole system';
/** Units of the machines. */
export const GATEWAY_UNIT = 'playground.service';
export const RUNNER_UNIT = 'playground-fleet.service';
const GATEWAY_PORT = 3000;

/** A playground on machines, as the tests use it. */
export interface PlaygroundSystem {
  /** Boots a machine of the group of gateways, or of runners, by its exact boot script. */
  boot(group: 'gateway' | 'runner'): Promise<Machine>;
  /** What the cloud refused so far: requests with a wrong identity, logins to the event store. */
  refused(): readonly string[];
  /** How many jobs the queue holds. */
  queued(): Promise<number>;
  /** Deploys the next version of gateway and runner: what is booted from now on is that. @default - not tried on this cloud */
  readonly upgrade?: () => Promise<void>;
}

/** Waits until a gateway serves. */
export function untilServing(machine: Machine): Promise<void> {
  return machine.waitFor('/healthz', { port: GATEWAY_PORT, status: 204, seconds: 240 });
}

/** Waits until a runner takes jobs and reaches queue and event store. */
export function untilTakingJobs(machine: Machine): Promise<void> {
  const readiness = `curl -fsS http://127.0.0.1:${RUNNER_ADMIN_PORT}/readyz`;
  return machine.until('the runner is ready', async () => (await machine.exec(readiness)).code === 0, 240);
}

/** A client of a gateway, as its load balancer lets one through: from another address, with the user's token. */
export async function userOf(gateway: Machine, userId = 'u1'): Promise<TestClient> {
  const token = await new SignJWT({ user_id: userId })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(JWT_SECRET));
  const headers = { authorization: `Bearer ${token}`, 'x-forwarded-for': '203.0.113.7' };
  return connect(`http://${gateway.address}:${GATEWAY_PORT}`, { headers });
}

/** Runs a language's own hello, and gives what came of it. */
export async function hello(user: TestClient, language: string): Promise<{ end: Message; output: string }> {
  const known = catalogue().find(({ id }) => id === language)!;
  const { code } = selfTests(known).find(({ name }) => name === 'hello')!;
  const { job } = await user.submit('', { language, files: [{ content: code }] });
  const end = await user.next(endOf(job));
  return { end, output: user.outputOf(job) };
}
