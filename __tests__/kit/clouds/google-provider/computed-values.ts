import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Cloud } from './cloud';
import type { Value, ValueObject } from './dynamic-value';
import type { AttributeType } from './provider-data';
import { computeLink, isCompute, textOf } from './resource-id';
import { serverAuthority } from './server-authority';

/** What a computed value is made of. */
export interface Making {
  readonly type: string;
  /** The whole resource; what is computed before others is in it. */
  readonly state: ValueObject;
  readonly cloud: Cloud;
  /** A number that only this resource has. */
  readonly number: number;
  /** Terraform's working directory: files are named relative to it. */
  readonly directory: string;
}

/** Number of the project, the same for every project of this cloud. */
export const PROJECT_NUMBER = 123_456_789_012;

/** Moment that everything was created at: states of two runs are the same. */
const CREATED = '2026-01-01T00:00:00.000-07:00';

/** What the servers choose when an argument of any resource is not given, as the provider's pages say. */
const SERVER_CHOICES: Readonly<Record<string, Value>> = {
  protocol: 'HTTP',
  port_name: 'http',
  session_affinity: 'NONE',
  timeout_sec: 30,
  mtu: 1460,
  routing_mode: 'REGIONAL',
  bgp_best_path_selection_mode: 'LEGACY',
  stack_type: 'IPV4_ONLY',
  purpose: 'PRIVATE',
  private_ipv6_google_access: 'DISABLE_GOOGLE_ACCESS',
  public_access_prevention: 'inherited',
  rpo: 'DEFAULT',
  storage_class: 'STANDARD',
  network_tier: 'PREMIUM',
  distribution_policy_target_shape: 'EVEN',
  type: 'PD_STANDARD',
};

/** The value of one computed argument after apply. */
export function computedValue(name: string, type: AttributeType, making: Making): Value {
  const special = SPECIAL[making.type]?.[name] ?? ANY_TYPE[name];
  if (special) return special(making);
  const choice = SERVER_CHOICES[name];
  if (choice !== undefined && typeof choice === type) return choice;
  if (name.endsWith('fingerprint')) return digest('md5', `${making.type} ${making.number}`, 'base64').slice(0, 12);
  if (/_id$/.test(name) && (type === 'number' || type === 'string')) {
    const id = 4_000_000_000_000 + making.number;
    return type === 'number' ? id : String(id);
  }
  return emptyValue(type);
}

type Maker = (making: Making) => Value;

const ANY_TYPE: Readonly<Record<string, Maker>> = {
  creation_timestamp: () => CREATED,
  create_time: () => CREATED,
  time_created: () => CREATED,
  updated: () => CREATED,
  self_link: ({ state, type }) => (isCompute(type) ? computeLink(textOf(state, 'id')) : textOf(state, 'id')),
};

const numbered = ({ state }: Making) => textOf(state, 'id').replace(/^projects\/[^/]+/, `projects/${PROJECT_NUMBER}`);
const idOf: Maker = ({ state }) => textOf(state, 'id');
const accountEmail = ({ state }: Making) =>
  `${textOf(state, 'account_id')}@${textOf(state, 'project')}.iam.gserviceaccount.com`;

const SPECIAL: Readonly<Record<string, Readonly<Record<string, Maker>>>> = {
  google_service_account: {
    email: accountEmail,
    member: (making) => `serviceAccount:${accountEmail(making)}`,
    name: idOf,
    unique_id: ({ number }) => String(100_000_000_000_000_000_000n + BigInt(number)),
  },
  google_compute_global_address: { address: ({ state, number }) => address(textOf(state, 'ip_version'), number) },
  google_compute_address: { address: ({ state, number }) => address(textOf(state, 'ip_version'), number) },
  google_compute_network: { gateway_ipv4: () => '' },
  google_compute_subnetwork: {
    gateway_address: ({ state }) => textOf(state, 'ip_cidr_range').replace(/\.\d+\/\d+$/, '.1'),
  },
  google_compute_region_instance_group_manager: {
    instance_group: ({ state }) => computeLink(textOf(state, 'id').replace('instanceGroupManagers', 'instanceGroups')),
    distribution_policy_zones: ({ state }) => ['a', 'b', 'c'].map((zone) => `${textOf(state, 'region')}-${zone}`),
    target_size: () => 0,
  },
  google_certificate_manager_dns_authorization: {
    type: () => 'FIXED_RECORD',
    dns_resource_record: ({ state, number }) => [
      {
        name: `_acme-challenge.${textOf(state, 'domain')}.`,
        type: 'CNAME',
        data: `${crypto.createHash('sha256').update(String(number)).digest('hex').slice(0, 36)}.1.authorize.certificatemanager.goog.`,
      },
    ],
  },
  google_secret_manager_secret: { name: numbered },
  google_secret_manager_secret_version: {
    name: ({ state, cloud }) => {
      const secret = textOf(state, 'secret').replace(/^projects\/[^/]+/, `projects/${PROJECT_NUMBER}`);
      const versions = cloud.objects('google_secret_manager_secret_version').map((one) => textOf(one.state, 'name'));
      const last = versions
        .filter((name) => name.startsWith(`${secret}/`))
        .map((name) => Number(name.split('/').at(-1)));
      return `${secret}/versions/${Math.max(0, ...last) + 1}`;
    },
    version: ({ state }) => textOf(state, 'name').replace(/^.*\//, ''),
  },
  google_memorystore_instance: {
    endpoints: ({ state, number }) => {
      const [{ network = '', project_id: project = '' } = {}] = state.desired_auto_created_endpoints as ValueObject[];
      const connection = (kind: string, last: number): ValueObject => ({
        psc_auto_connection: [
          {
            connection_type: `CONNECTION_TYPE_${kind}`,
            forwarding_rule: '',
            ip_address: `10.11.16.${last}`,
            network,
            port: 6379,
            project_id: project,
            psc_connection_id: String(number),
            service_attachment: '',
          },
        ],
      });
      return [{ connections: [connection('READER', 3), connection('PRIMARY', 2)] }];
    },
    managed_server_ca: () => [{ ca_certs: [{ certificates: [serverAuthority.certificatePem] }] }],
  },
  google_monitoring_uptime_check_config: {
    name: idOf,
    uptime_check_id: ({ state }) => textOf(state, 'id').replace(/^.*\//, ''),
  },
  google_monitoring_notification_channel: { name: idOf, verification_status: () => 'UNVERIFIED' },
  google_monitoring_alert_policy: { name: idOf },
  google_logging_project_sink: {
    writer_identity: () => `serviceAccount:service-${PROJECT_NUMBER}@gcp-sa-logging.iam.gserviceaccount.com`,
  },
  google_logging_project_bucket_config: { name: idOf, lifecycle_state: () => 'ACTIVE' },
  google_dns_managed_zone: {
    name_servers: () => ['a', 'b', 'c', 'd'].map((letter) => `ns-cloud-${letter}1.googledomains.com.`),
  },
  google_storage_bucket: {
    self_link: ({ state }) => `https://www.googleapis.com/storage/v1/b/${textOf(state, 'name')}`,
    url: ({ state }) => `gs://${textOf(state, 'name')}`,
    project_number: () => PROJECT_NUMBER,
  },
  google_storage_bucket_object: {
    output_name: ({ state }) => textOf(state, 'name'),
    self_link: ({ state }) => objectLink(state, 'storage/v1'),
    media_link: ({ state }) => `${objectLink(state, 'download/storage/v1')}?alt=media`,
    md5hash: (making) => digest('md5', content(making), 'base64'),
    md5hexhash: (making) => digest('md5', content(making), 'hex'),
    generation: ({ number }) => 1_700_000_000_000_000 + number,
    content_type: () => 'application/octet-stream',
  },
};

const objectLink = (state: ValueObject, api: string) =>
  `https://www.googleapis.com/${api}/b/${textOf(state, 'bucket')}/o/${encodeURIComponent(textOf(state, 'name'))}`;

const content = ({ state, directory }: Making) => {
  const source = textOf(state, 'source');
  return source === '' ? textOf(state, 'content') : fs.readFileSync(path.resolve(directory, source));
};

/** Addresses kept for documentation (RFC 5737, RFC 3849): nobody is reached at them. */
const address = (version: string, number: number) =>
  version === 'IPV6' ? `2001:db8::${number.toString(16)}` : `203.0.113.${number % 256}`;

const digest = (algorithm: string, data: string | Buffer, encoding: 'base64' | 'hex') =>
  crypto.createHash(algorithm).update(data).digest(encoding);

export function emptyValue(type: AttributeType): Value {
  if (type === 'string') return '';
  if (type === 'number') return 0;
  if (type === 'bool') return false;
  if (type === 'dynamic') return null;
  if (type[0] === 'object') {
    return Object.fromEntries(Object.entries(type[1]).map(([name, member]) => [name, emptyValue(member)]));
  }
  return type[0] === 'map' ? {} : [];
}
