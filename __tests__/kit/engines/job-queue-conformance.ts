import {
  LeaseLostError,
  MAXIMUM_MESSAGE_BYTES,
  PayloadTooLargeError,
  type JobQueue,
  type Lease,
} from '../../../services/engines/job-queue/job-queue';

/**
 * What every job queue does.
 *
 * @param open makes an empty queue
 * @param tellsDepth whether it knows at once how many messages it holds
 */
export function jobQueueConformance(
  name: string,
  open: () => Promise<JobQueue>,
  { tellsDepth = true }: { readonly tellsDepth?: boolean } = {},
): void {
  describe(`${name} as a job queue`, () => {
    let queue: JobQueue;

    beforeEach(async () => {
      queue = await open();
    });
    afterEach(() => queue.close());

    const receive = (maximum = 10, waitSeconds = 1) => queue.receive({ maximum, waitSeconds, leaseSeconds: 30 });
    const isEmpty = async (): Promise<void> => {
      if (tellsDepth) expect(await queue.depth()).toEqual({ waiting: 0, inFlight: 0 });
      else expect(await receive()).toEqual([]);
    };
    /** Receives until there are so many. */
    const receiveAll = async (count: number): Promise<Lease[]> => {
      const leases: Lease[] = [];
      while (leases.length < count) leases.push(...(await receive()));
      return leases;
    };

    it('hands a message over with its attributes, once', async () => {
      await queue.send({ body: 'job', attributes: { traceparent: '00-a-b-01' } });
      const [lease] = await receiveAll(1);
      expect(lease).toMatchObject({ body: 'job', attributes: { traceparent: '00-a-b-01' }, deliveries: 1 });
      expect(await receive()).toEqual([]);
      await lease!.complete();
      await lease!.complete();
      await isEmpty();
    });

    it('hands over no more than was asked for', async () => {
      for (const body of ['a', 'b', 'c']) await queue.send({ body });
      const first = await receive(1);
      expect(first).toHaveLength(1);
      const rest = await receiveAll(2);
      expect([...first, ...rest].map(({ body }) => body).sort()).toEqual(['a', 'b', 'c']);
    });

    it('answers that it is there', () => queue.ping());

    const counted = tellsDepth ? it : undefined;
    counted?.('counts what waits and what is leased', async () => {
      for (const body of ['a', 'b', 'c']) await queue.send({ body });
      await receive(1);
      expect(await queue.depth()).toEqual({ waiting: 2, inFlight: 1 });
    });

    it('waits for a message, and stops waiting when it is told to', async () => {
      const waiting = queue.receive({ maximum: 1, waitSeconds: 20, leaseSeconds: 30 });
      await queue.send({ body: 'late' });
      const [lease] = await waiting;
      expect(lease!.body).toBe('late');
      const stopping = new AbortController();
      const stopped = queue.receive({ maximum: 1, waitSeconds: 20, leaseSeconds: 30, signal: stopping.signal });
      setTimeout(() => stopping.abort(), 50);
      expect(await stopped).toEqual([]);
    });

    it('delivers a released message again, at once or later', async () => {
      await queue.send({ body: 'again' });
      const [first] = await receiveAll(1);
      await first!.release();
      const [second] = await receiveAll(1);
      expect(second).toMatchObject({ body: 'again', deliveries: 2 });
      await second!.release(2);
      expect(await queue.receive({ maximum: 1, waitSeconds: 0, leaseSeconds: 30 })).toEqual([]);
      const [third] = await receiveAll(1);
      expect(third!.deliveries).toBe(3);
    });

    it('delivers a message again whose lease has ended, and keeps one whose lease was extended', async () => {
      await queue.send({ body: 'lapsed' });
      const [lapsed] = await receiveAll(1);
      await lapsed!.extend(1);
      const [again] = await receiveAll(1);
      expect(again).toMatchObject({ body: 'lapsed', deliveries: 2 });
      await again!.extend(30);
      expect(await receive()).toEqual([]);
    });

    it('keeps a delayed message back', async () => {
      await queue.send({ body: 'later', delaySeconds: 2 });
      expect(await queue.receive({ maximum: 1, waitSeconds: 0, leaseSeconds: 30 })).toEqual([]);
      expect((await receiveAll(1))[0]!.body).toBe('later');
    });

    it('puts messages aside with a reason, to be retried or dropped', async () => {
      for (const body of ['poison', 'garbage']) await queue.send({ body, attributes: { a: 'b' } });
      for (const lease of await receiveAll(2)) await lease.deadLetter(`why ${lease.body}`);
      await isEmpty();
      const letters = await queue.deadLetters.list(10);
      expect(letters.map(({ body, reason, attributes }) => [body, reason, attributes]).sort()).toEqual([
        ['garbage', 'why garbage', { a: 'b' }],
        ['poison', 'why poison', { a: 'b' }],
      ]);
      for (const letter of letters) await letter.release();
      const again = await queue.deadLetters.list(10);
      expect(again).toHaveLength(2);
      await again.find(({ body }) => body === 'garbage')!.drop();
      await again.find(({ body }) => body === 'poison')!.retry();
      expect(await receiveAll(1)).toMatchObject([{ body: 'poison', attributes: { a: 'b' } }]);
      expect(await queue.deadLetters.list(10)).toEqual([]);
    });

    it('tells that a lease is lost whose message is gone', async () => {
      await queue.send({ body: 'gone' });
      const [lease] = await receiveAll(1);
      await lease!.complete();
      await expect(lease!.extend(10)).rejects.toThrow(LeaseLostError);
      await lease!.release();
    });

    it('carries the largest message, and refuses a larger one with the limit', async () => {
      const body = 'x'.repeat(MAXIMUM_MESSAGE_BYTES - 100);
      await queue.send({ body });
      expect((await receiveAll(1))[0]!.body).toHaveLength(body.length);
      const larger = { body: 'x'.repeat(MAXIMUM_MESSAGE_BYTES + 1) };
      await expect(queue.send(larger)).rejects.toThrow(PayloadTooLargeError);
      await expect(queue.send({ body, attributes: { a: 'x'.repeat(200) } })).rejects.toThrow('at most 262144 bytes');
    });
  });
}
