import type { RunnerEvent } from '../../../services/protocol/events';
import {
  createClient,
  HEARTBEAT_ANSWER_MS,
  HEARTBEAT_MS,
  IDLE_MS,
  type ClientSocket,
  type ConnectionState,
  type JobListener,
  type Refusal,
} from '../../../services/protocol/client';
import { clientMessageSchema, type ClientMessage, type ServerMessage } from '../../../services/protocol/messages';

/** One connection, whose other end is the test. */
class FakeSocket implements ClientSocket {
  onopen: ((event: object) => void) | null = null;
  onmessage: ((event: { readonly data: string }) => void) | null = null;
  onclose: ((event: { readonly code: number }) => void) | null = null;
  onerror: ClientSocket['onerror'] = null;
  readonly sent: ClientMessage[] = [];
  closedWith: number | undefined;
  isClosed = false;
  send(data: string): void {
    this.sent.push(clientMessageSchema.parse(JSON.parse(data)));
  }
  close(code?: number): void {
    this.isClosed = true;
    this.closedWith = code;
  }
  open(): void {
    this.onopen?.({});
  }
  say(...messages: ServerMessage[]): void {
    for (const message of messages) this.onmessage?.({ data: JSON.stringify(message) });
  }
  drop(code = 1006): void {
    this.onclose?.({ code });
  }
}

function scene() {
  const sockets: FakeSocket[] = [];
  const states: ConnectionState[] = [];
  const told: string[] = [];
  const client = createClient({
    openSocket: () => sockets[sockets.push(new FakeSocket()) - 1]!,
    onConnection: (state) => states.push(state),
    random: () => 1,
  });
  const listener: JobListener = {
    onAccepted: ({ job, token }) => told.push(`accepted ${job} ${token}`),
    onQueued: (waiting) => told.push(`queued ${waiting}`),
    onReset: () => told.push('reset'),
    onEvent: (event: RunnerEvent) => told.push('data' in event ? event.data : event.type),
    onEnd: () => told.push('end'),
    onRefused: ({ code, retryAfterMs }: Refusal) => told.push(`refused ${code} ${retryAfterMs}`),
  };
  const submit = () =>
    client.submit({ idempotencyKey: '0123456789abcdef', job: { language: 'x', files: [{ content: '1' }] } }, listener);
  const last = () => sockets[sockets.length - 1]!;
  return { client, sockets, states, told, listener, submit, last };
}

const accepted = (ref = '1'): ServerMessage => ({
  ...{ type: 'accepted', ref, job: 'j', token: 't', language: 'x', version: '1' },
});
const out = (seq: number, data: string, epoch = 'a'): ServerMessage => ({ type: 'stdout', job: 'j', epoch, seq, data });
const exit = (seq: number, epoch = 'a'): ServerMessage => ({
  ...{ type: 'exit', job: 'j', epoch, seq, reason: 'ok', stage: 'run', exitCode: 0 },
});

describe('the client of the protocol', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('connects when there is a job, and tells all of it in order', () => {
    const { sockets, submit, last, told } = scene();
    expect(sockets).toHaveLength(0);
    submit();
    last().open();
    expect(last().sent).toMatchObject([{ type: 'submit', language: 'x', idempotencyKey: '0123456789abcdef' }]);
    last().say(accepted(), { type: 'queued', job: 'j', waiting: 2 }, out(1, 'a'), out(2, 'b'), exit(3), out(4, 'late'));
    expect(told).toEqual(['accepted j t', 'queued 2', 'a', 'b', 'exit', 'end']);
  });

  it('repeats a submit that was not answered, under the same key', () => {
    const { submit, last, sockets, told } = scene();
    submit();
    last().open();
    last().drop();
    jest.runOnlyPendingTimers();
    expect(sockets).toHaveLength(2);
    last().open();
    expect(last().sent).toEqual(sockets[0]!.sent);
    last().say(accepted());
    expect(told).toEqual(['accepted j t']);
  });

  it('resumes after the last event seen, shows none twice, and asks again for one that is missing', () => {
    const { submit, last, sockets, told } = scene();
    submit();
    last().open();
    last().say(accepted(), out(1, 'a'), out(2, 'b'));
    last().drop();
    jest.runOnlyPendingTimers();
    last().open();
    expect(last().sent).toEqual([{ type: 'resume', job: 'j', token: 't', after: { epoch: 'a', seq: 2 } }]);
    last().say(out(2, 'b'), out(3, 'c'), out(5, 'e'));
    jest.runOnlyPendingTimers();
    expect(sockets).toHaveLength(3);
    last().open();
    expect(last().sent).toMatchObject([{ type: 'resume', after: { epoch: 'a', seq: 3 } }]);
    last().say(out(4, 'd'), out(5, 'e'), exit(6));
    expect(told.slice(1)).toEqual(['a', 'b', 'c', 'd', 'e', 'exit', 'end']);
  });

  it('tells once that another attempt began, whose events count from 1', () => {
    const { submit, last, told } = scene();
    submit();
    last().open();
    last().say(accepted(), out(1, 'void'), { type: 'reset', job: 'j', epoch: 'b', seq: 1, attempt: 2 });
    last().say(out(2, 'good', 'b'), exit(3, 'b'));
    expect(told.slice(1)).toEqual(['void', 'reset', 'good', 'exit', 'end']);
  });

  it('moves to another connection when the gateway goes away', () => {
    const { submit, last, sockets } = scene();
    submit();
    last().open();
    last().say(accepted(), out(1, 'a'), { type: 'goingAway' });
    expect(sockets[0]!.isClosed).toBe(true);
    jest.runOnlyPendingTimers();
    last().open();
    expect(last().sent).toMatchObject([{ type: 'resume', after: { epoch: 'a', seq: 1 } }]);
  });

  it('keeps input and a cancellation until the job can have them, and repeats the cancellation', () => {
    const { submit, last } = scene();
    const job = submit();
    job.sendStdin('in');
    job.closeStdin();
    job.cancel();
    last().open();
    expect(last().sent).toHaveLength(1);
    last().say(accepted());
    expect(last().sent.slice(1)).toEqual([
      { type: 'stdin', job: 'j', data: 'in' },
      { type: 'stdinClose', job: 'j' },
      { type: 'cancel', job: 'j' },
    ]);
    last().drop();
    jest.runOnlyPendingTimers();
    last().open();
    expect(last().sent.map(({ type }) => type)).toEqual(['resume', 'cancel']);
  });

  it('sends long input in messages that the protocol takes, no character split', () => {
    const { submit, last } = scene();
    const text = `x${'🐎'.repeat(40_000)}`;
    const job = submit();
    last().open();
    last().say(accepted());
    job.sendStdin(text);
    const pieces = last().sent.flatMap((message) => (message.type === 'stdin' ? [message.data] : []));
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join('')).toBe(text);
    expect(pieces.every((piece) => Buffer.from(piece).toString() === piece)).toBe(true);
  });

  it('waits longer after each failure, and not at all when told so', () => {
    const { client, submit, last, states, sockets } = scene();
    submit();
    for (let failures = 0; failures < 9; failures += 1) {
      last().drop();
      if (failures < 8) jest.runOnlyPendingTimers();
    }
    const waits = states.flatMap((state) => (state.kind === 'waiting' ? [state.retryInMs] : []));
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
    const before = sockets.length;
    client.retryNow();
    expect(sockets).toHaveLength(before + 1);
    client.retryNow();
    expect(sockets).toHaveLength(before + 1);
  });

  it('tells of a refusal, and asks again for a job that the gateway cannot follow now', () => {
    const { client, submit, last, told, listener } = scene();
    submit();
    last().open();
    last().say({ type: 'error', ref: '1', code: 'overloaded', message: 'm', retryAfterMs: 9 });
    expect(told).toEqual(['refused overloaded 9']);
    client.resume({ job: 'j', token: 't' }, listener);
    expect(last().sent[1]).toEqual({ type: 'resume', job: 'j', token: 't' });
    last().say({ type: 'error', job: 'j', code: 'unavailable', message: 'm', retryAfterMs: 50 });
    jest.advanceTimersByTime(50);
    expect(last().sent[2]).toEqual(last().sent[1]);
    last().say({ type: 'error', job: 'j', code: 'notFound', message: 'm' });
    expect(told).toEqual(['refused overloaded 9', 'refused notFound undefined']);
  });

  it.each([
    [1009, 'payloadTooLarge'],
    [4001, 'unauthorized'],
    [4003, 'invalidMessage'],
  ])('does not come back after close code %i: the jobs are refused as %s', (code, refusal) => {
    const { submit, last, sockets, told, states } = scene();
    submit();
    last().open();
    last().drop(code);
    expect(told).toEqual([`refused ${refusal} undefined`]);
    expect(states.at(-1)).toEqual({ kind: 'idle' });
    jest.runOnlyPendingTimers();
    expect(sockets).toHaveLength(1);
  });

  it('gives up a connection that does not answer', () => {
    const { submit, last, sockets } = scene();
    submit();
    last().open();
    last().say(accepted());
    jest.advanceTimersByTime(HEARTBEAT_MS);
    expect(last().sent.at(-1)).toEqual({ type: 'ping' });
    last().say({ type: 'pong' });
    jest.advanceTimersByTime(HEARTBEAT_MS + HEARTBEAT_ANSWER_MS);
    expect(sockets[0]!.isClosed).toBe(true);
    jest.runOnlyPendingTimers();
    expect(sockets.length).toBe(2);
  });

  it('closes a connection that no job needs, and opens another for the next', () => {
    const { submit, last, sockets } = scene();
    submit();
    last().open();
    last().say(accepted(), exit(1));
    for (let passed = 0; passed < IDLE_MS; passed += 20_000) {
      last().say({ type: 'pong' });
      jest.advanceTimersByTime(20_000);
    }
    expect(sockets[0]!.closedWith).toBe(1000);
    expect(jest.getTimerCount()).toBe(0);
    submit();
    expect(sockets).toHaveLength(2);
  });

  it('connects for the next job when the last was forgotten while it waited to reconnect', () => {
    const { submit, last, sockets } = scene();
    const job = submit();
    last().drop();
    job.forget();
    expect(jest.getTimerCount()).toBe(0);
    submit();
    expect(sockets).toHaveLength(2);
  });
});
