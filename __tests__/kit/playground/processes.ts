import { spawn, type ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { localRunnerSettings } from '../../../tools/local-runner/prepare-playground';
import { probedHost } from '../../../tools/local-runner/present-versions';
import { freePort } from '../../../modules/local/free-port';
import { endProcess } from '../engines/end-process';

const services = path.join(__dirname, '../../../dist/services');
export const JWT_SECRET = 'the secret of the tests';

type Variables = Readonly<Record<string, string>>;

/** A program of the playground that runs as a process of its own. */
export interface Program {
  readonly child: ChildProcess;
  readonly adminUrl: string;
  /** What it logged so far. */
  log(): string;
  /** Resolves when it has ended. */
  end(signal: NodeJS.Signals): Promise<void>;
}

export interface GatewayProgram extends Program {
  readonly url: string;
}

/** Directories of unpacked archives, as `./sandpiper build --playground` makes them. */
export interface Archives {
  readonly gateway: string;
  readonly runner: string;
}

/** Starts gateways and runners as machines start them; all share the engines. */
export interface Playground {
  startGateway(more?: Variables): Promise<GatewayProgram>;
  startRunner(more?: Variables): Promise<Program>;
  /** Ends every program that still runs, in order, and removes what was written for them. */
  stop(): Promise<void>;
}

/**
 * @param engines variables that name queue and event store, and what else both programs are to know
 * @param from languages of this machine's own toolchains: the compiled sources run on this Node.js, runners with crun. Archives: what
 *   is in them runs, and knows nothing but the engines
 */
export async function openPlayground(engines: Variables, from: readonly string[] | Archives): Promise<Playground> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'playground-'));
  const archives = 'runner' in from ? from : undefined;
  // A gateway passes over what is a runner's.
  const ofSources = 'runner' in from ? {} : await settingsOf(from, path.join(directory, 'languages.json'));
  const programs = new Set<Program>();

  const start = async (name: 'gateway' | 'runner', variables: Variables): Promise<Program> => {
    const adminPort = await freePort();
    const [file, ...args] = archives
      ? [path.join(archives[name], 'bin', name)]
      : [process.execPath, path.join(services, name, 'main.js')];
    const child = spawn(file!, args, {
      cwd: directory,
      env: {
        PATH: process.env.PATH,
        ...engines,
        ...ofSources,
        SANDPIPER_ADMIN_PORT: String(adminPort),
        LOG_LEVEL: 'warn',
        ...variables,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let log = '';
    child.stderr!.on('data', (data: Buffer) => (log += data.toString()));
    const program: Program = {
      child,
      adminUrl: `http://127.0.0.1:${adminPort}`,
      log: () => log,
      end: (signal) => {
        programs.delete(program);
        return endProcess(child, signal);
      },
    };
    programs.add(program);
    for (;;) {
      if (child.exitCode !== null) throw new Error(`${name}: ${log}`);
      if (await answers(`${program.adminUrl}/metrics`)) return program;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  return {
    startGateway: async (more = {}) => {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      const settings = {
        PORT: String(port),
        HOST: '127.0.0.1',
        APP_JWT_SECRET: JWT_SECRET,
        SANDPIPER_ALLOW_ANONYMOUS: 'true',
        SANDPIPER_JOB_BURST: '100000',
        SANDPIPER_JOBS_PER_USER: '100000',
      };
      const program = await start('gateway', { ...settings, ...more });
      while (!(await answers(`${url}/healthz`))) await new Promise((resolve) => setTimeout(resolve, 50));
      return { ...program, url };
    },
    startRunner: (more = {}) => start('runner', { SANDPIPER_SLOTS: '2', ...more }),
    stop: async () => {
      await Promise.all([...programs].map((program) => program.end('SIGTERM')));
      fs.rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function settingsOf(languages: readonly string[], file: string): Promise<Variables> {
  const { present } = await probedHost();
  const versions = present.filter(({ language }) => languages.includes(language.id));
  return localRunnerSettings('crun', versions, file);
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}
