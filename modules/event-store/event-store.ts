import { InvalidPropError } from '../props/invalid-prop';
import { checkShape, type Shape } from '../props/shape';
import { checkWhole } from '../props/checks';

/** Memory of the event store, about: 1.5, 6 and 13 GB. */
export type EventStoreSize = 'small' | 'medium' | 'large';

/**
 * A store for the talk of jobs (events, attempts, limits): Valkey, reached over TLS and with the identity of the machine only. No
 * password exists, so none is in the state. AWS: an ElastiCache replication group; GCP: a Memorystore instance.
 */
export interface EventStoreProps {
  /** @default 'small' */
  readonly size?: EventStoreSize;
  /** Copies in other zones, which take over when the first one fails, 0 to 5. @default 1 */
  readonly replicas?: number;
  /** Refuse to destroy it until this was applied as `false`. @default false - it holds nothing that a job cannot make again */
  readonly deletionProtection?: boolean;
  /** Mail addresses that alarms on memory, evictions, processor and connections tell; may be Terraform values, or one Terraform list value. @default none */
  readonly alarms?: { readonly emails?: readonly string[] };
  /** Tags (AWS) or labels (GCP) on everything of the store, besides the platform's. @default none */
  readonly tags?: Readonly<Record<string, string>>;
}

/** {@link EventStoreProps} with defaults. */
export type ResolvedEventStoreProps = Required<EventStoreProps>;

/** A deployed event store. Who may reach it is said by what uses it: a fleet and its gateway. */
export interface IEventStore {
  /** `rediss://` and its private address: what programs get as `SANDPIPER_EVENTS`. */
  readonly url: string;
}

/** What the props are, and which may be Terraform values. */
const SHAPE: Shape<EventStoreProps> = {
  size: 'text',
  replicas: 'number',
  deletionProtection: 'flag',
  alarms: 'object',
  'alarms.emails': 'list terraform',
  'alarms.emails[]': 'text terraform',
  tags: 'map',
  'tags.*': 'text terraform',
};

const SIZES: readonly EventStoreSize[] = ['small', 'medium', 'large'];

/** Applies the defaults. @throws InvalidPropError naming the prop, its value and the fix */
export function resolveEventStoreProps(props: EventStoreProps): ResolvedEventStoreProps {
  checkShape(props, SHAPE);
  const { size = 'small', replicas = 1, deletionProtection = false, alarms = {}, tags = {} } = props;
  if (!SIZES.includes(size)) throw new InvalidPropError('size', size, `must be one of ${SIZES.join(', ')}`);
  checkWhole('replicas', replicas, 0, 5);
  return { size, replicas, deletionProtection, alarms, tags };
}
