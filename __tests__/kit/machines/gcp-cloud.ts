import * as crypto from 'node:crypto';
import type * as http from 'node:http';
import { crc32c } from './crc32c';
import { grpcForward } from './grpc-streams';
import { forward, readBody, reply } from './http-exchange';
import type { MachineIdentity, SimulatedCloud } from './simulated-cloud';

/** What Cloud Logging was given, as `entries.write` names it. */
export interface WrittenLogEntry {
  readonly logName: string;
  readonly resource: { readonly type: string; readonly labels: Readonly<Record<string, string>> };
  readonly severity?: string;
  readonly timestamp?: string;
  readonly insertId?: string;
  readonly jsonPayload?: Readonly<Record<string, unknown>>;
}

/** GCP, and what a test may do to it and see of it. */
export interface GcpCloud extends SimulatedCloud {
  /** Payloads by version name, `projects/p/secrets/s/versions/1`; `latest` is the last one that was added. */
  readonly secrets: Map<string, string>;
  readonly logEntries: readonly WrittenLogEntry[];
  /** What every machine's service account shows. */
  readonly accessToken: string;
  /** Types of the time series that were written. */
  readonly timeSeries: ReadonlySet<string>;
}

const PUBSUB = 'pubsub.googleapis.com';
const SEVERITIES = ['DEFAULT', 'DEBUG', 'INFO', 'NOTICE', 'WARNING', 'ERROR', 'CRITICAL', 'ALERT', 'EMERGENCY'];

/** GCP around a machine: metadata server, Cloud Storage (fake-gcs-server), Secret Manager, Cloud Logging. Each checks the token. */
export function gcpCloud(options: {
  readonly storageEndpoint: string;
  readonly project: string;
  readonly region: string;
  /** Address of Google's Pub/Sub emulator. @default none: nobody answers for Pub/Sub */
  readonly pubsubEmulator?: string;
  /** @default none: nothing answers where the event store would be */
  readonly events?: SimulatedCloud['events'];
}): GcpCloud {
  const { storageEndpoint, project, region, pubsubEmulator, events } = options;
  const accessToken = `ya29.${crypto.randomBytes(60).toString('base64url')}`;
  const secrets = new Map<string, string>();
  const logEntries: WrittenLogEntry[] = [];
  const timeSeries = new Set<string>();
  const refused: string[] = [];
  const handle = async (request: http.IncomingMessage, response: http.ServerResponse) => {
    const body = await readBody(request);
    const { host } = request.headers;
    const refuse = (status: number, reason: string) => {
      refused.push(`${status} ${request.method} ${host}${request.url}: ${reason}`);
      reply(response, status, { error: { code: status, message: reason } });
    };
    if (request.headers.authorization !== `Bearer ${accessToken}`) return refuse(401, 'wrong access token');
    switch (host) {
      case 'storage.googleapis.com':
        return forward(storageEndpoint, request, body, response);
      case 'secretmanager.googleapis.com': {
        const name = /^\/v1\/(projects\/[^/]+\/secrets\/[^/]+\/versions\/[^/]+):access$/.exec(request.url ?? '')?.[1];
        if (request.method !== 'GET' || name === undefined) return refuse(404, 'no such method');
        const found = findSecret(secrets, name);
        if (found === undefined) return refuse(404, `Secret Version [${name}] not found.`);
        const data = Buffer.from(found.payload);
        const payload = { data: data.toString('base64'), dataCrc32c: String(crc32c(data)) };
        return reply(response, 200, { name: found.name, payload });
      }
      case 'logging.googleapis.com': {
        if (request.method !== 'POST' || request.url !== '/v2/entries:write') return refuse(404, 'no such method');
        const written = JSON.parse(body.toString()) as Partial<WrittenLogEntry> & {
          entries?: Partial<WrittenLogEntry>[];
        };
        for (const entry of written.entries ?? []) {
          const whole = { logName: written.logName, resource: written.resource, ...entry } as WrittenLogEntry;
          const fault = faultOf(whole, project);
          if (fault !== undefined) return refuse(400, fault);
          // The same insertId and timestamp are one entry (LogEntry reference of the Logging API).
          if (!logEntries.some((known) => known.insertId !== undefined && known.insertId === whole.insertId))
            logEntries.push(whole);
        }
        return reply(response, 200, {});
      }
      case 'monitoring.googleapis.com': {
        if (request.method !== 'POST' || request.url !== `/v3/projects/${project}/timeSeries`)
          return refuse(404, 'no such method');
        const { timeSeries: written } = JSON.parse(body.toString()) as { timeSeries: { metric: { type: string } }[] };
        for (const { metric } of written) timeSeries.add(metric.type);
        return reply(response, 200, {});
      }
      default:
        return refuse(404, 'no such host here');
    }
  };
  return {
    name: 'gcp',
    secrets,
    logEntries,
    accessToken,
    timeSeries,
    refused,
    events,
    streams:
      pubsubEmulator === undefined
        ? undefined
        : {
            hosts: [PUBSUB],
            serve: grpcForward({
              endpoints: { [PUBSUB]: pubsubEmulator },
              accessToken,
              onRefused: (reason) => refused.push(reason),
            }),
          },
    metadata: (machine) => metadata(machine, { project, region, accessToken }),
    api: (request, response) => void handle(request, response),
  };
}

function findSecret(secrets: Map<string, string>, name: string): { name: string; payload: string } | undefined {
  const prefix = name.replace(/\/latest$/, '/');
  const found = name.endsWith('/latest')
    ? [...secrets].filter(([known]) => known.startsWith(prefix)).pop()
    : [...secrets].find(([known]) => known === name);
  return found && { name: found[0], payload: found[1] };
}

function faultOf(entry: WrittenLogEntry, project: string): string | undefined {
  if (!new RegExp(`^projects/${project}/logs/[^/]+$`).test(entry.logName ?? '')) return `logName ${entry.logName}`;
  if (entry.resource?.type !== 'gce_instance') return `resource type ${entry.resource?.type}`;
  for (const label of ['project_id', 'instance_id', 'zone'])
    if (!entry.resource.labels[label]) return `resource label ${label} is missing`;
  if (entry.severity !== undefined && !SEVERITIES.includes(entry.severity)) return `severity ${entry.severity}`;
  return undefined;
}

function metadata(
  machine: MachineIdentity,
  { project, region, accessToken }: { project: string; region: string; accessToken: string },
): http.RequestListener {
  const account = 'instance/service-accounts/default';
  const token = JSON.stringify({ access_token: accessToken, expires_in: 3599, token_type: 'Bearer' });
  const values: Readonly<Record<string, string>> = {
    'project/project-id': project,
    'project/numeric-project-id': '123456789012',
    'instance/id': machine.id,
    'instance/name': `machine-${machine.id}`,
    'instance/preempted': 'FALSE',
    'instance/zone': `projects/123456789012/zones/${region}-b`,
    'instance/hostname': `machine-${machine.id}.c.${project}.internal`,
    'instance/attributes/startup-script': machine.bootScript,
    [`${account}/email`]: `machine@${project}.iam.gserviceaccount.com`,
    [`${account}/scopes`]: 'https://www.googleapis.com/auth/cloud-platform\n',
    [`${account}/token`]: token,
  };
  return (request, response) => {
    response.setHeader('Metadata-Flavor', 'Google');
    if (request.headers['metadata-flavor'] !== 'Google')
      return reply(response, 403, 'Missing Metadata-Flavor:Google header.');
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://metadata.google.internal');
    const path = pathname.replace(/^\/computeMetadata\/v1\//, '');
    const directory = Object.keys(values).filter((name) =>
      name.startsWith(path === '/' || path === '' ? '' : `${path.replace(/\/$/, '')}/`),
    );
    const value = values[path] ?? (directory.length > 0 ? directory.join('\n') : undefined);
    if (value === undefined) return reply(response, 404);
    const etag = crypto.createHash('sha256').update(value).digest('hex').slice(0, 16);
    const answer = (): void => {
      response.setHeader('ETag', etag);
      reply(response, 200, value);
    };
    // Nothing changes here: who waits for it waits as long as it wants to.
    if (searchParams.get('wait_for_change') !== 'true' || searchParams.get('last_etag') !== etag) return answer();
    const timer = setTimeout(answer, Number(searchParams.get('timeout_sec') ?? 60) * 1_000);
    response.once('close', () => clearTimeout(timer));
  };
}
