import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What npm's `piston-client` gave. */
export interface PistonAnswer {
  readonly runtimes: readonly unknown[];
  readonly result: unknown;
}

/** It is an ES module, which jest does not load: it runs in a Node.js of its own. */
const SCRIPT = `
  const [, server, language, code] = process.argv;
  import('piston-client').then(async ({ piston }) => {
    const client = piston({ server });
    const runtimes = await client.runtimes();
    console.log(JSON.stringify({ runtimes, result: await client.execute(language, code) }));
  });`;

/** Runs a program through the published Piston client, unchanged. */
export async function runByPistonClient(
  server: string,
  language: string,
  code: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<PistonAnswer> {
  const args = ['-e', SCRIPT, server, language, code];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, timeout: 60_000 });
  return JSON.parse(stdout) as PistonAnswer;
}
