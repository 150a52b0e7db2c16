import { GoogleAuth } from 'google-auth-library';
import { QueueUnavailableError } from '../job-queue';
import type { PubsubQueueName } from './names';

/** Counts the messages of a subscription that are not acknowledged yet: those that wait and those that are leased. */
export type CountUndelivered = () => Promise<number>;

export interface UndeliveredProps {
  readonly queue: PubsubQueueName;
  /** @default - Google's */
  readonly endpoint?: string;
  /** @default - the token of the environment's or the machine's identity; it needs monitoring.timeSeries.list */
  readonly accessToken?: () => Promise<string>;
}

const METRIC = 'pubsub.googleapis.com/subscription/num_undelivered_messages';
/** Users report that a sample is to be seen after one or two minutes, seldom after eight: one always lies within. */
const WINDOW_MS = 10 * 60_000;
const TIMEOUT_MS = 10_000;

/** Reads Cloud Monitoring (projects.timeSeries.list, API version 3). */
export function countUndelivered(props: UndeliveredProps): CountUndelivered {
  const { queue, endpoint = 'https://monitoring.googleapis.com', accessToken = ownToken() } = props;
  return async () => {
    const url = new URL(`/v3/projects/${queue.project}/timeSeries`, endpoint);
    const now = Date.now();
    url.searchParams.set(
      'filter',
      `metric.type = "${METRIC}" AND resource.labels.subscription_id = "${queue.subscription}"`,
    );
    url.searchParams.set('interval.startTime', new Date(now - WINDOW_MS).toISOString());
    url.searchParams.set('interval.endTime', new Date(now).toISOString());
    try {
      const headers = { authorization: `Bearer ${await accessToken()}` };
      const answer = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (!answer.ok)
        throw new Error(`Cloud Monitoring answers ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
      return newestPoint(await answer.json());
    } catch (error) {
      throw new QueueUnavailableError(error);
    }
  };
}

interface TimeSeries {
  readonly timeSeries?: readonly {
    readonly points?: readonly { readonly value: { readonly int64Value?: string } }[];
  }[];
}

/** Points come newest first; a subscription that never had a message has none. */
function newestPoint(body: unknown): number {
  return Number((body as TimeSeries).timeSeries?.[0]?.points?.[0]?.value.int64Value ?? 0);
}

function ownToken(): () => Promise<string> {
  const auth = new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/monitoring.read' });
  return async () => {
    const token = await auth.getAccessToken();
    if (!token) throw new Error('Google gave no access token');
    return token;
  };
}
