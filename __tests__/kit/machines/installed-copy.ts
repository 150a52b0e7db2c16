import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { buildSync } from 'esbuild';
import { testPrograms } from '../sandbox/sandbox-host';

const PROJECT = path.resolve(__dirname, '../../..');
/** Commands that need a machine of their own, or a user of their own, to be tried. */
const COMMANDS = ['doctor', 'run'];

/** Program of the copy that tries a host's limits: sandbox-jobs.ts. */
export const SANDBOX_JOBS = '__tests__/kit/machines/sandbox-jobs.js';

/**
 * Writes what the command line needs on another machine, or as another user, whom the project's own directory may be closed
 * to: `main`, two commands with everything they import, the sandbox's programs and the languages, and
 * this Node.js. It is run as `<directory>/node <directory>/sandpiper.js run hello.py`.
 */
export function installCopy(directory: string): void {
  const into = (name: string): string => path.join(directory, name);
  const built = {
    absWorkingDir: PROJECT,
    outbase: '.',
    outdir: into('dist'),
    platform: 'node',
    format: 'cjs',
  } as const;
  // The command line loads its commands by name, which a bundle cannot: they stay files.
  buildSync({ ...built, entryPoints: ['cli/main.ts', 'cli/commands.ts', 'tools/failure.ts'] });
  buildSync({ ...built, entryPoints: COMMANDS.map((name) => `cli/commands/${name}.ts`), bundle: true });
  buildSync({ ...built, outdir: directory, entryPoints: [SANDBOX_JOBS.replace(/js$/, 'ts')], bundle: true });
  testPrograms();
  for (const name of ['node_modules/commander', 'languages', 'dist/bin/host/prestart', ...programFiles()])
    fs.cpSync(path.join(PROJECT, name), into(name), { recursive: true });
  for (const name of ['init', 'launcher', 'stdio', 'prestart'])
    fs.cpSync(path.join(PROJECT, 'services/sandbox', name), into(`services/sandbox/${name}`), { recursive: true });
  fs.writeFileSync(into('sandpiper.js'), "require('./dist/cli/main').main(process.argv.slice(2));\n");
  fs.copyFileSync(process.execPath, into('node'));
  // Readable by everybody, whatever the umask and the modes of the project are.
  const { status, stderr } = spawnSync('chmod', ['-R', 'a+rX', directory], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

function programFiles(): string[] {
  return ['init', 'launcher', 'stdio']
    .flatMap((name) => [`sandbox-${name}`, `.sandbox-${name}.stamp`])
    .map((name) => `dist/bin/host/${name}`);
}
