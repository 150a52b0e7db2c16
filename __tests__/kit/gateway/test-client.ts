import WebSocket, { type ClientOptions } from 'ws';

export type Message = Readonly<Record<string, unknown>> & { readonly type: string };

/** A client of the native protocol that remembers what it was told. */
export interface TestClient {
  readonly socket: WebSocket;
  readonly messages: readonly Message[];
  send(message: Readonly<Record<string, unknown>>): void;
  /** Resolves with the first message, present or to come, that fits. Rejects when the socket closes before. */
  next(fits: (message: Message) => boolean): Promise<Message>;
  /** Submits a script and resolves with what `accepted` says. */
  submit(script: string, more?: Readonly<Record<string, unknown>>): Promise<{ job: string; token: string }>;
  /** The output of a job so far, of its last attempt. */
  outputOf(job: string): string;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  close(): void;
}

let lastRef = 0;

export async function connect(
  url: string,
  options: ClientOptions = {},
  subprotocols = ['sandpiper.v1'],
): Promise<TestClient> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/v1/ws`, subprotocols, options);
  const messages: Message[] = [];
  const wakers = new Set<() => void>();
  let isClosed = false;
  const wake = (): void => [...wakers].forEach((waker) => waker());
  socket.on('message', (data: Buffer) => {
    messages.push(JSON.parse(data.toString()) as Message);
    wake();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once('close', (code, reason) => {
      isClosed = true;
      resolve({ code, reason: reason.toString() });
      wake();
    }),
  );
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));

  const client: TestClient = {
    socket,
    messages,
    closed,
    send: (message) => socket.send(JSON.stringify(message)),
    next: (fits) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = messages.find(fits);
          if (!found && !isClosed) return;
          wakers.delete(look);
          if (found) resolve(found);
          else reject(new Error(`closed after ${JSON.stringify(messages.slice(-5))}`));
        };
        wakers.add(look);
        look();
      }),
    submit: async (script, more = {}) => {
      const ref = `ref-${++lastRef}`;
      client.send({ type: 'submit', ref, language: 'script', files: [{ content: script }], ...more });
      const answer = await client.next((message) => message.ref === ref);
      if (answer.type !== 'accepted') throw new Error(JSON.stringify(answer));
      return answer as unknown as { job: string; token: string };
    },
    outputOf: (job) => {
      let output = '';
      for (const message of messages) {
        if (message.job !== job) continue;
        if (message.type === 'reset') output = '';
        if (message.type === 'stdout') output += String(message.data);
      }
      return output;
    },
    close: () => socket.close(),
  };
  return client;
}

/** Whether a message is the last one of a job. */
export function endOf(job: string): (message: Message) => boolean {
  return (message) =>
    message.job === job && (message.type === 'exit' || (message.type === 'error' && 'seq' in message));
}
