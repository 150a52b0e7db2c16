import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import * as tls from 'node:tls';
import WebSocket from 'ws';
import { authorityFileIn } from '../../modules/local/authority';
import { createClient, type ClientSocket, type RemoteJob } from '../../services/protocol/client';
import type { ExitEvent, RunnerEvent } from '../../services/protocol/events';
import type { Job } from '../../services/protocol/job';
import { PROTOCOL_VERSION } from '../../services/protocol/messages';
import { Failure, wrongUsage } from '../failure';
import { dataDirectory } from '../provision/cache';
import { tell } from '../provision/progress';
import { readCa } from '../read-ca';

export interface RemoteRun {
  /** Of the gateway. */
  readonly url: string;
  /** JWT of the user API. @default none: anonymous */
  readonly token?: string;
  /** File with the authority of the gateway's certificate. @default those of the system, and of `up` on this machine */
  readonly ca?: string;
  readonly job: Job;
  /** What the program reads, in UTF-8. @default nothing */
  readonly input?: NodeJS.ReadStream;
  readonly emit: (event: RunnerEvent) => void;
}

const STATUS: Readonly<Record<string, string>> = {
  401: 'it wants a token of the user API (--token), or another one',
  404: 'there is no gateway',
};

/** Attempts to connect before it is given up. */
const MAXIMUM_ATTEMPTS = 5;

/**
 * Runs a job on a gateway by the native protocol; a lost connection is resumed. Ctrl-C cancels the job.
 *
 * @throws Failure when the gateway cannot be reached or refuses
 */
export async function runRemotely({ url, token, ca, job, input, emit }: RemoteRun): Promise<ExitEvent> {
  const target = socketUrl(url);
  const trusted = [...tls.rootCertificates, ...authorities(ca)];
  let failures = 0;
  let reason = '';
  return new Promise((resolve, reject) => {
    const client = createClient({
      openSocket: () => {
        const socket = new WebSocket(target, PROTOCOL_VERSION, {
          ca: trusted,
          // Firewalls refuse a client that names no program.
          headers: {
            'user-agent': 'sandpiper',
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          },
        });
        socket.on('error', (error) => (reason = error.message));
        return socket as unknown as ClientSocket;
      },
      onConnection: (state) => {
        if (state.kind === 'open') failures = 0;
        if (state.kind !== 'waiting') return;
        const [, status] = /server response: (4\d\d)/.exec(reason) ?? [];
        if (status !== undefined)
          end(() => reject(new Failure(`${url} refuses: ${STATUS[status] ?? `status ${status}`}`)));
        else if (++failures >= MAXIMUM_ATTEMPTS) end(() => reject(new Failure(`${url} cannot be reached: ${reason}`)));
        else tell(`no connection to ${url} (${reason || 'it was closed'}); trying again`);
      },
    });
    let last: RunnerEvent | undefined;
    const remote: RemoteJob = client.submit(
      { job, idempotencyKey: randomUUID() },
      {
        // Every attempt begins with a reset; only a later one voids something.
        onReset: () => void (last && tell('the job starts again on another runner: what was shown is void')),
        onEvent: (event) => {
          last = event;
          if (event.type !== 'error') emit(event);
        },
        onEnd: () =>
          end(() => {
            if (last?.type === 'exit') resolve(last);
            else reject(new Failure(last?.type === 'error' ? last.message : 'the job ended without a result'));
          }),
        onRefused: ({ code, message }) => end(() => reject(refusal(code, message))),
      },
    );
    const cancel = () => remote.cancel();
    process.on('SIGINT', cancel).on('SIGTERM', cancel);
    const decoder = new StringDecoder();
    if (input === undefined) remote.closeStdin();
    input?.on('data', (chunk: Buffer) => remote.sendStdin(decoder.write(chunk)));
    input?.on('end', () => {
      remote.sendStdin(decoder.end());
      remote.closeStdin();
    });

    function end(settle: () => void): void {
      process.off('SIGINT', cancel).off('SIGTERM', cancel);
      input?.destroy();
      client.close();
      settle();
    }
  });
}

function refusal(code: string, message: string): Failure {
  return code === 'unknownLanguage' || code === 'invalidMessage' ? wrongUsage(message) : new Failure(message);
}

function socketUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    throw wrongUsage(`--remote: ${JSON.stringify(text)} must be the URL of a gateway, such as https://localhost:8443`);
  }
  return `${url.origin.replace(/^http/, 'ws')}/v1/ws`;
}

/** The authority that was named; else the one of `up`, where this machine has one. */
function authorities(file: string | undefined): readonly string[] {
  if (file !== undefined) return [readCa(file)];
  const own = authorityFileIn(dataDirectory('tls'));
  return fs.existsSync(own) ? [readCa(own)] : [];
}
