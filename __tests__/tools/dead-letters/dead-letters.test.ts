import { chosen, retry, withDeadLetters } from '../../../tools/dead-letters/dead-letters';
import { decodeJobMessage, encodeJobMessage } from '../../../services/engines/job-message';
import { MemoryJobQueue } from '../../../services/engines/job-queue/memory';

const JOB = { language: 'python', files: [{ content: 'print(1)' }] };
const MESSAGE = {
  v: 1 as const,
  id: 'job-1',
  owner: 'user:1',
  acceptedMs: 1_000,
  deadlineMs: 6_000,
  retentionMs: 9,
  job: JOB,
};

async function queueWith(...bodies: readonly string[]): Promise<MemoryJobQueue> {
  const queue = new MemoryJobQueue();
  for (const body of bodies) await queue.send({ body, attributes: { traceparent: 't' } });
  for (const lease of await queue.receive({ maximum: 10, waitSeconds: 0, leaseSeconds: 30 }))
    await lease.deadLetter('why');
  return queue;
}

describe('dead letters', () => {
  it('are sent again as new jobs, with as much time as before', async () => {
    const queue = await queueWith(encodeJobMessage(MESSAGE));
    const id = await withDeadLetters(queue, ([one]) => retry(queue, one!, 50_000));
    const [lease] = await queue.receive({ maximum: 1, waitSeconds: 0, leaseSeconds: 30 });
    expect(decodeJobMessage(lease!.body)).toEqual({ ...MESSAGE, id, acceptedMs: 50_000, deadlineMs: 55_000 });
    expect(lease!.attributes).toEqual({ traceparent: 't' });
    expect(await queue.deadLetters.list(10)).toEqual([]);
  });

  it('are chosen by the id of the job or of the message, or all', async () => {
    const queue = await queueWith(encodeJobMessage(MESSAGE), 'garbage');
    await withDeadLetters(queue, async (letters) => {
      const garbage = letters.find(({ message }) => message === undefined)!;
      expect(chosen(letters, ['job-1'])[0]!.message).toEqual(MESSAGE);
      expect(chosen(letters, [garbage.letter.id])).toEqual([garbage]);
      expect(chosen(letters, ['all'])).toHaveLength(2);
      expect(() => chosen(letters, ['job-2'])).toThrow('there is no dead letter job-2');
      await expect(retry(queue, garbage)).rejects.toThrow('holds no job; it can only be dropped');
    });
    expect(await queue.deadLetters.list(10)).toHaveLength(2);
  });
});
