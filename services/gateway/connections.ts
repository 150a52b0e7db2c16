import { isIPv6 } from 'node:net';
import { ServiceError, type Caller } from './service/job-service';
import type { GatewaySettings } from './settings';

/** Counts what each address and each user has open on this gateway: requests under way, and WebSockets. */
export interface Connections {
  /**
   * Call what is returned, once, when it is closed.
   *
   * @throws ServiceError tooManyConnections
   */
  open(of: Caller): () => void;
}

/** After this long a client may find another of its connections closed. */
const RETRY_AFTER_MS = 1_000;

export function countConnections(
  limits: Pick<GatewaySettings, 'maximumConnectionsPerAddress' | 'maximumConnectionsPerUser'>,
): Connections {
  const counts = new Map<string, number>();
  const acquire = (key: string, maximum: number, whose: string): void => {
    const count = counts.get(key) ?? 0;
    if (count >= maximum) {
      throw new ServiceError(
        'tooManyConnections',
        `${maximum} connections of your ${whose} are open; close one, or use one for several jobs`,
        RETRY_AFTER_MS,
      );
    }
    counts.set(key, count + 1);
  };
  const release = (key: string): void => {
    const left = (counts.get(key) ?? 0) - 1;
    if (left > 0) counts.set(key, left);
    else counts.delete(key);
  };
  return {
    open: ({ address, userId }) => {
      const keys = [`address ${networkOf(address)}`];
      acquire(keys[0]!, limits.maximumConnectionsPerAddress, 'address');
      try {
        if (userId !== undefined) {
          acquire(`user ${userId}`, limits.maximumConnectionsPerUser, 'user');
          keys.push(`user ${userId}`);
        }
      } catch (error) {
        release(keys[0]!);
        throw error;
      }
      return () => keys.splice(0).forEach(release);
    },
  };
}

/** One subscriber of IPv6 has at least the 2^64 addresses of a /64 network (RFC 6177): they count as one. */
export function networkOf(address: string): string {
  const [, mapped] = /^::ffff:([\d.]+)$/i.exec(address) ?? [];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('%')[0]!.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const zeros = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length;
  const all = [...groups(head), ...Array<string>(Math.max(0, zeros)).fill('0'), ...groups(tail ?? '')];
  return `${all
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
