import * as crypto from 'node:crypto';
import { signatureFault, type AwsKeys } from './aws-signature';
import { forward, readBody, reply } from './http-exchange';
import type { MachineIdentity, SimulatedCloud } from './simulated-cloud';

const ROLE = 'instance-role';

/** AWS, and what a test may do to it and see of it. */
export interface AwsCloud extends SimulatedCloud {
  /** What every machine's role signs with. */
  readonly keys: AwsKeys;
}

/**
 * AWS around a machine: instance metadata of version 2 only, and every API answered by moto (or by another server, by service) once its
 * signature was checked.
 */
export function awsCloud(options: {
  readonly motoEndpoint: string;
  readonly region: string;
  /** Servers of some services in moto's place, by the first label of their host names, such as `sqs`. @default none */
  readonly endpoints?: Readonly<Record<string, string>>;
  /** @default none: nothing answers where the event store would be */
  readonly events?: SimulatedCloud['events'];
}): AwsCloud {
  const { motoEndpoint, region, endpoints = {}, events } = options;
  const keys: AwsKeys = {
    accessKeyId: 'ASIA' + crypto.randomBytes(8).toString('hex').toUpperCase(),
    secretAccessKey: crypto.randomBytes(30).toString('base64'),
    sessionToken: crypto.randomBytes(90).toString('base64'),
  };
  const refused: string[] = [];
  return {
    name: 'aws',
    refused,
    keys,
    events,
    metadata: (machine) => {
      const tokens = new Set<string>();
      const tree = metadataTree(machine, region, keys);
      return (request, response) => {
        const path = request.url ?? '/';
        if (request.method === 'PUT' && path === '/latest/api/token') {
          const lifetime = request.headers['x-aws-ec2-metadata-token-ttl-seconds'];
          if (lifetime === undefined) return reply(response, 400);
          response.setHeader('x-aws-ec2-metadata-token-ttl-seconds', lifetime);
          const token = crypto.randomBytes(30).toString('base64url');
          tokens.add(token);
          return reply(response, 200, token);
        }
        if (!tokens.has(String(request.headers['x-aws-ec2-metadata-token']))) return reply(response, 401);
        const found = lookUp(tree, path.split('?')[0] ?? '');
        return found === undefined ? reply(response, 404) : reply(response, 200, found);
      };
    },
    api: (request, response) => {
      void (async () => {
        const body = await readBody(request);
        const fault = signatureFault(request, body, keys);
        if (fault !== undefined) {
          refused.push(`403 ${request.headers.host}${request.url}: ${fault}`);
          return reply(response, 403, fault);
        }
        const service = String(request.headers.host).split('.')[0] ?? '';
        return forward(endpoints[service] ?? motoEndpoint, request, body, response);
      })();
    },
  };
}

type Tree = { readonly [name: string]: string | Tree };

function metadataTree(machine: MachineIdentity, region: string, keys: AwsKeys): Tree {
  const credentials = JSON.stringify(
    {
      Code: 'Success',
      LastUpdated: new Date().toISOString(),
      Type: 'AWS-HMAC',
      AccessKeyId: keys.accessKeyId,
      SecretAccessKey: keys.secretAccessKey,
      Token: keys.sessionToken,
      Expiration: new Date(Date.now() + 6 * 3_600_000).toISOString(),
    },
    undefined,
    2,
  );
  const document = { accountId: '123456789012', availabilityZone: `${region}a`, instanceId: machine.id, region };
  return {
    'user-data': machine.bootScript,
    'meta-data': {
      'ami-id': 'ami-0debian12amd64001',
      hostname: `ip-${machine.address.replaceAll('.', '-')}.ec2.internal`,
      'instance-id': machine.id,
      'instance-type': 't3.micro',
      'local-hostname': `ip-${machine.address.replaceAll('.', '-')}.ec2.internal`,
      'local-ipv4': machine.address,
      placement: { 'availability-zone': `${region}a`, region },
      iam: { 'security-credentials': { [ROLE]: credentials } },
      services: { domain: 'amazonaws.com', partition: 'aws' },
    },
    dynamic: { 'instance-identity': { document: JSON.stringify(document) } },
  };
}

/** A leaf's text, or the names in a directory. */
function lookUp(tree: Tree, path: string): string | undefined {
  const names = path.split('/').filter((name) => name !== '');
  names.shift(); // `latest`, or the date of an API version
  let node: string | Tree | undefined = tree;
  for (const name of names) node = typeof node === 'object' ? node[name] : undefined;
  if (typeof node !== 'object') return node;
  return Object.entries(node)
    .map(([name, child]) => (typeof child === 'object' ? `${name}/` : name))
    .join('\n');
}
