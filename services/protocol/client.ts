import type { RunnerEvent } from './events';
import type { Job } from './job';
import type { ClientMessage, ErrorCode, JobEventMessage, ServerMessage } from './messages';
import { backoffMs } from './backoff';

/**
 * A client of the WebSocket protocol that loses nothing: it reconnects with backoff, repeats a submit that was not answered
 * (under the same idempotency key), resumes every job where it was, and tells its listeners when what they showed is void.
 * For pages and programs alike: it needs a socket and timers, no DOM and no Node.js.
 */
export interface ProtocolClient {
  submit(request: SubmitRequest, listener: JobListener): RemoteJob;
  /** Takes up a job of an earlier client. @param after the last event that its listener has seen. @default from the beginning */
  resume(ticket: JobTicket, listener: JobListener, after?: EventPosition): RemoteJob;
  /** Ends the wait between two attempts to connect: the network is back, or the user is impatient. */
  retryNow(): void;
  /** Forgets every job and closes the connection. The jobs go on for the gateway's grace time. */
  close(): void;
}

/** A method's parameter is compared both ways: each kind of WebSocket has an event type of its own. */
type SocketHandler<E> = { handle(event: E): void }['handle'];

/** The part of a WebSocket (the browser's, Node.js's, or ws's) that is used. */
export interface ClientSocket {
  onopen: SocketHandler<unknown> | null;
  onmessage: SocketHandler<{ readonly data: unknown }> | null;
  onclose: SocketHandler<{ readonly code: number }> | null;
  onerror: SocketHandler<unknown> | null;
  send(data: string): void;
  close(code?: number): void;
}

export interface ClientOptions {
  /** Opens a socket to `/v1/ws` with the subprotocol of {@link ServerMessage}'s version. */
  readonly openSocket: () => ClientSocket;
  readonly onConnection?: (state: ConnectionState) => void;
  /** From 0 to 1. @default Math.random */
  readonly random?: () => number;
}

export type ConnectionState =
  /** No job needs one. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open' }
  /** Lost, or never made; the next attempt is due in `retryInMs`. */
  | { readonly kind: 'waiting'; readonly retryInMs: number };

export interface SubmitRequest {
  readonly job: Job;
  /** At least 16 characters, chosen at random; a submit that is repeated with it gives the same job. */
  readonly idempotencyKey: string;
}

/** What is needed to see a job from anywhere; the token is a secret. */
export interface JobTicket {
  readonly job: string;
  readonly token: string;
}

export interface EventPosition {
  readonly epoch: string;
  readonly seq: number;
}

export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryAfterMs?: number;
}

/** What happens to one job. After `onEnd` or `onRefused` nothing follows. */
export interface JobListener {
  onAccepted?(ticket: JobTicket, version: string): void;
  onQueued?(waiting: number): void;
  /** All events so far are void: another attempt began. */
  onReset?(): void;
  /** An event, in order, once; `reset` is told by `onReset` alone. */
  onEvent(event: RunnerEvent): void;
  /** The job has ended; its last event (`exit` or `error`) was told before. */
  onEnd?(): void;
  onRefused?(refusal: Refusal): void;
}

export interface RemoteJob {
  sendStdin(data: string): void;
  closeStdin(): void;
  /** Ends the job; its `exit` tells when it has. */
  cancel(): void;
  /** Listens no more. The job itself goes on. */
  forget(): void;
  /** The last event seen. */
  position(): EventPosition | undefined;
}

/** A connection that carries nothing is asked for a word this often: load balancers end silent ones after minutes. */
export const HEARTBEAT_MS = 25_000;
/** Without any word for so long after a ping the connection is dead, whatever the system thinks. */
export const HEARTBEAT_ANSWER_MS = 10_000;
/** A connection without jobs is kept this long for the next one. */
export const IDLE_MS = 60_000;
/** Standard input in one message, in UTF-16 units: at most three bytes each, below MAX_STDIN_MESSAGE_BYTES. */
const STDIN_UNITS = 16_384;
/** How soon a job is resumed that the gateway could not follow, where it names no time. */
const RESUME_RETRY_MS = 1_000;
/** Close codes that no new attempt would change, and what they mean. */
const FINAL_CLOSE_CODES: Readonly<Record<number, Refusal>> = {
  1009: { code: 'payloadTooLarge', message: 'the job is larger than a message may be' },
  4001: { code: 'unauthorized', message: 'the gateway wants credentials, or other ones' },
  4003: { code: 'invalidMessage', message: 'the gateway and this client do not understand each other' },
};

interface Entry {
  readonly ref: string;
  readonly listener: JobListener;
  readonly request?: SubmitRequest;
  ticket?: JobTicket;
  position?: EventPosition;
  /** Since when the gateway on this connection sends its events. */
  isFollowed: boolean;
  isCancelled: boolean;
  /** Input that waits for a connection or for `accepted`. */
  input: ({ readonly data: string } | 'close')[];
}

type Timer = ReturnType<typeof setTimeout>;

export function createClient({ openSocket, onConnection, random = Math.random }: ClientOptions): ProtocolClient {
  const entries = new Set<Entry>();
  let socket: ClientSocket | undefined;
  let isOpen = false;
  let failures = 0;
  let refs = 0;
  let retryTimer: Timer | undefined;
  let quietTimer: Timer | undefined;
  let idleTimer: Timer | undefined;

  const send = (message: ClientMessage): void => socket?.send(JSON.stringify(message));

  function connect(): void {
    clearTimeout(retryTimer);
    retryTimer = undefined;
    if (socket !== undefined || entries.size === 0) return;
    onConnection?.({ kind: 'connecting' });
    const opened = openSocket();
    socket = opened;
    opened.onopen = () => {
      if (socket !== opened) return;
      isOpen = true;
      onConnection?.({ kind: 'open' });
      expectWord();
      for (const entry of entries) introduce(entry);
      closeWhenIdle();
    };
    opened.onmessage = ({ data }) => {
      if (socket !== opened) return;
      failures = 0;
      expectWord();
      if (typeof data === 'string') hear(data);
    };
    opened.onclose = ({ code }) => {
      if (socket === opened) lose(code);
    };
    // An error is always followed by a close.
    opened.onerror = () => undefined;
  }

  /** Pings a quiet connection, and gives up one that stays quiet. */
  function expectWord(): void {
    clearTimeout(quietTimer);
    quietTimer = setTimeout(() => {
      send({ type: 'ping' });
      quietTimer = setTimeout(abandon, HEARTBEAT_ANSWER_MS);
    }, HEARTBEAT_MS);
  }

  function abandon(): void {
    const abandoned = socket;
    lose(1006);
    abandoned?.close();
  }

  function lose(code: number): void {
    socket = undefined;
    isOpen = false;
    clearTimeout(quietTimer);
    clearTimeout(idleTimer);
    for (const entry of entries) entry.isFollowed = false;
    const refusal = FINAL_CLOSE_CODES[code];
    if (refusal !== undefined) for (const entry of [...entries]) refuse(entry, refusal);
    if (entries.size === 0) return void onConnection?.({ kind: 'idle' });
    const retryInMs = backoffMs(failures++, random());
    onConnection?.({ kind: 'waiting', retryInMs });
    retryTimer = setTimeout(connect, retryInMs);
  }

  /** Tells a new connection about a job. */
  function introduce(entry: Entry): void {
    if (!isOpen || entry.isFollowed) return;
    if (entry.ticket !== undefined) {
      entry.isFollowed = true;
      send({ type: 'resume', ...entry.ticket, after: entry.position });
      flush(entry);
    } else if (entry.request !== undefined) {
      entry.isFollowed = true;
      const { job, idempotencyKey } = entry.request;
      send({ type: 'submit', ref: entry.ref, idempotencyKey, ...job });
    }
  }

  /** Sends what waited for the job's id. A cancellation is repeated on every connection: it may have been lost with the last. */
  function flush(entry: Entry): void {
    if (!isOpen || entry.ticket === undefined || !entry.isFollowed) return;
    const { job } = entry.ticket;
    for (const piece of entry.input.splice(0)) {
      send(piece === 'close' ? { type: 'stdinClose', job } : { type: 'stdin', job, data: piece.data });
    }
    if (entry.isCancelled) send({ type: 'cancel', job });
  }

  function hear(data: string): void {
    let message: ServerMessage;
    try {
      message = JSON.parse(data) as ServerMessage;
    } catch {
      return abandon();
    }
    switch (message.type) {
      case 'accepted': {
        const entry = [...entries].find(({ ref }) => ref === (message.ref ?? ''));
        if (entry === undefined || entry.ticket !== undefined) return;
        entry.ticket = { job: message.job, token: message.token };
        entry.listener.onAccepted?.(entry.ticket, message.version);
        return flush(entry);
      }
      case 'queued':
        return find(message.job)?.listener.onQueued?.(message.waiting);
      case 'error':
        if ('seq' in message) return take(message);
        return hearRefusal(message);
      case 'goingAway':
        // The jobs are resumed elsewhere at once; this connection ends by itself.
        failures = 0;
        return abandon();
      case 'stage':
      case 'stdout':
      case 'stderr':
      case 'usage':
      case 'reset':
      case 'exit':
        return take(message);
    }
  }

  function hearRefusal(message: Refusal & { readonly ref?: string; readonly job?: string }): void {
    const entry = [...entries].find(({ ref, ticket }) =>
      message.job === undefined ? ref === message.ref : ticket?.job === message.job,
    );
    if (entry === undefined) return;
    const { code, retryAfterMs } = message;
    const isPassing = entry.ticket !== undefined && ['unavailable', 'slowReader', 'rateLimited'].includes(code);
    if (!isPassing) return refuse(entry, { code, message: message.message, retryAfterMs });
    entry.isFollowed = false;
    setTimeout(() => entries.has(entry) && introduce(entry), retryAfterMs ?? RESUME_RETRY_MS);
  }

  function take(message: JobEventMessage): void {
    const entry = find(message.job);
    if (entry === undefined) return;
    const { job: _job, epoch, ...event } = message;
    const { position } = entry;
    const isSameEpoch = position?.epoch === epoch;
    const last = isSameEpoch ? position!.seq : 0;
    if (isSameEpoch && event.seq <= last) return;
    // A number is missing: the connection lost something, and a new one starts after what was seen.
    if (event.seq !== last + 1) return abandon();
    if ((position !== undefined && !isSameEpoch) || event.type === 'reset') entry.listener.onReset?.();
    entry.position = { epoch, seq: event.seq };
    if (event.type !== 'reset') entry.listener.onEvent(event as RunnerEvent);
    if (event.type === 'exit' || event.type === 'error') {
      remove(entry);
      entry.listener.onEnd?.();
    }
  }

  function find(job: string): Entry | undefined {
    return [...entries].find(({ ticket }) => ticket?.job === job);
  }

  function refuse(entry: Entry, refusal: Refusal): void {
    remove(entry);
    entry.listener.onRefused?.(refusal);
  }

  function remove(entry: Entry): void {
    entries.delete(entry);
    closeWhenIdle();
  }

  function closeWhenIdle(): void {
    clearTimeout(idleTimer);
    if (entries.size > 0) return;
    clearTimeout(retryTimer);
    retryTimer = undefined;
    if (socket === undefined) return void onConnection?.({ kind: 'idle' });
    idleTimer = setTimeout(disconnect, IDLE_MS);
  }

  function disconnect(): void {
    const closed = socket;
    socket = undefined;
    isOpen = false;
    for (const timer of [retryTimer, quietTimer, idleTimer]) clearTimeout(timer);
    retryTimer = undefined;
    closed?.close(1000);
    onConnection?.({ kind: 'idle' });
  }

  function add(entry: Entry): RemoteJob {
    entries.add(entry);
    clearTimeout(idleTimer);
    if (isOpen) introduce(entry);
    else if (retryTimer === undefined) connect();
    const feed = (piece: Entry['input'][number]): void => {
      entry.input.push(piece);
      flush(entry);
    };
    return {
      sendStdin: (data) => splitInput(data).forEach((piece) => feed({ data: piece })),
      closeStdin: () => feed('close'),
      cancel: () => {
        entry.isCancelled = true;
        flush(entry);
      },
      forget: () => remove(entry),
      position: () => entry.position,
    };
  }

  return {
    submit: (request, listener) =>
      add({ ref: String(++refs), listener, request, isFollowed: false, isCancelled: false, input: [] }),
    resume: (ticket, listener, position) =>
      add({ ref: String(++refs), listener, ticket, position, isFollowed: false, isCancelled: false, input: [] }),
    retryNow: () => {
      if (retryTimer !== undefined) connect();
    },
    close: () => {
      entries.clear();
      disconnect();
    },
  };
}

/** Pieces that a message holds, none of which splits a character. */
function splitInput(data: string): string[] {
  const pieces: string[] = [];
  for (let start = 0; start < data.length;) {
    let end = Math.min(start + STDIN_UNITS, data.length);
    const last = data.charCodeAt(end - 1);
    if (end < data.length && last >= 0xd800 && last < 0xdc00) end -= 1;
    pieces.push(data.slice(start, end));
    start = end;
  }
  return pieces;
}
