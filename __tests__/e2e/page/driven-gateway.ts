import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Refusal } from '../../../services/protocol/client';
import type { UnnumberedEvent } from '../../../services/protocol/events';
import type { ClientMessage, ServerMessage, SubmitMessage } from '../../../services/protocol/messages';

/** A job that a page submitted; the test is its runner. */
export interface DrivenJob {
  readonly submit: SubmitMessage;
  /** What the page sent for it later. */
  readonly received: ClientMessage[];
  emit(...events: UnnumberedEvent[]): void;
  /** Begins another attempt: its events count anew, from a `reset`. */
  restart(): void;
}

/** A gateway that serves the page and speaks the protocol, and whose jobs do what the test says. */
export interface DrivenGateway {
  readonly url: string;
  readonly jobs: DrivenJob[];
  /** Sends one message to every page. */
  say(message: ServerMessage): void;
  /** Cuts every connection without a word. */
  cut(): void;
  /** Answers the next submit with this. */
  refuseNext(refusal: Refusal): void;
  close(): Promise<void>;
}

/** Nothing but the page's own files, and no exception for style sheets. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const TYPES: Readonly<Record<string, string>> = { html: 'text/html', js: 'text/javascript', css: 'text/css' };

const offer = (id: string, name: string, version: string, isCompiled = false) => ({
  ...{ id, name, aliases: [], version, highlight: id, sourceFile: 'main', isCompiled },
});
const LANGUAGES = [
  offer('python', 'Python', '3.11.2'),
  offer('python', 'Python', '3.9.1'),
  offer('c', 'C', '12.2.0', true),
  offer('go', 'Go', '1.22.1', true),
];

interface Kept extends DrivenJob {
  readonly id: string;
  readonly token: string;
  epoch: number;
  events: ServerMessage[];
  followers: Set<WebSocket>;
}

export async function startDrivenGateway(directory: string): Promise<DrivenGateway> {
  const jobs: Kept[] = [];
  const refusals: Refusal[] = [];
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/v1/languages') {
      return void response.setHeader('content-type', 'application/json').end(JSON.stringify({ languages: LANGUAGES }));
    }
    const file = path.join(directory, pathname === '/' ? 'index.html' : pathname);
    if (!file.startsWith(directory) || !fs.existsSync(file)) return void response.writeHead(404).end();
    const type = TYPES[path.extname(file).slice(1)] ?? 'application/octet-stream';
    response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'content-security-policy': POLICY });
    response.end(fs.readFileSync(file));
  });
  const sockets = new WebSocketServer({
    server,
    path: '/v1/ws',
    handleProtocols: (offered) => offered.has('sandpiper.v1') && 'sandpiper.v1',
  });

  sockets.on('connection', (socket) => {
    const send = (message: ServerMessage): void => socket.send(JSON.stringify(message));
    socket.on('message', (data) => {
      const message = JSON.parse((data as Buffer).toString()) as ClientMessage;
      if (message.type === 'ping') return send({ type: 'pong' });
      if (message.type === 'submit') {
        const refusal = refusals.shift();
        if (refusal !== undefined) return send({ type: 'error', ref: message.ref, ...refusal });
        const known = jobs.find(({ submit }) => submit.idempotencyKey === message.idempotencyKey);
        const job = known ?? keep(message);
        const { language, version = '' } = message;
        send({ type: 'accepted', ref: message.ref, job: job.id, token: job.token, language, version });
        send({ type: 'queued', job: job.id, waiting: 0 });
        return follow(job, socket, 0);
      }
      const job = jobs.find(({ id }) => id === message.job);
      if (job === undefined) return send({ type: 'error', job: message.job, code: 'notFound', message: 'no such job' });
      job.received.push(message);
      if (message.type === 'resume') {
        follow(job, socket, message.after?.epoch === `e${job.epoch}` ? message.after.seq : 0);
      }
    });
  });

  function keep(submit: SubmitMessage): Kept {
    const emit = (event: UnnumberedEvent): void => {
      const numbered = { ...event, seq: job.events.length + 1, epoch: `e${job.epoch}`, job: job.id } as ServerMessage;
      job.events.push(numbered);
      for (const follower of job.followers) follower.send(JSON.stringify(numbered));
    };
    const job: Kept = {
      ...{ submit, id: `job-${jobs.length + 1}`, token: `token-${jobs.length + 1}`, epoch: 1 },
      ...{ events: [], followers: new Set(), received: [] },
      emit: (...events) => events.forEach(emit),
      restart: () => {
        job.epoch += 1;
        job.events = [];
        emit({ type: 'reset', attempt: job.epoch });
      },
    };
    jobs.push(job);
    return job;
  }

  function follow(job: Kept, socket: WebSocket, after: number): void {
    for (const event of job.events.slice(after)) socket.send(JSON.stringify(event));
    job.followers.add(socket);
    socket.on('close', () => job.followers.delete(socket));
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    jobs,
    say: (message) => sockets.clients.forEach((socket) => socket.send(JSON.stringify(message))),
    cut: () => sockets.clients.forEach((socket) => socket.terminate()),
    refuseNext: (refusal) => void refusals.push(refusal),
    close: async () => {
      sockets.clients.forEach((socket) => socket.terminate());
      sockets.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
