import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { readableByOthers } from './readable-by-others';

/** Where a runner keeps its bundles and its runtimes' state; gone when it ends. */
export interface StateDirectory {
  readonly directory: string;
  /** Names this runner, and begins the id of each of its sandboxes. */
  readonly runner: string;
}

const TMPFS_MAGIC = 0x01021994;
let made = 0;

/** All runners of a user keep their state below this: on a tmpfs where there is one, for a file system with a journal is slow. */
export function stateRoot(): string {
  const candidates = [process.env.XDG_RUNTIME_DIR, '/run', '/dev/shm', os.tmpdir()];
  const usable = candidates.filter((directory): directory is string => {
    try {
      fs.accessSync(directory ?? '', fs.constants.W_OK);
      return true;
    } catch {
      return false;
    }
  });
  const chosen = usable.find((directory) => fs.statfsSync(directory).type === TMPFS_MAGIC) ?? usable[0] ?? os.tmpdir();
  return path.join(chosen, `sandpiper-${process.getuid?.() ?? 0}`);
}

/** @throws Error when someone else made the directory first */
export function makeStateDirectory(root = stateRoot()): StateDirectory {
  return readableByOthers(() => make(root));
}

function make(root: string): StateDirectory {
  fs.mkdirSync(root, { recursive: true, mode: 0o711 });
  const { uid, mode } = fs.lstatSync(root);
  if (uid !== process.getuid?.() || (mode & 0o022) !== 0) throw new Error(`${root} belongs to someone else`);
  const runner = `r${process.pid}-${startTime(process.pid)}-${made++}`;
  const directory = path.join(root, runner);
  // Others may pass, for the sandbox's root user is one of them, but not list.
  fs.mkdirSync(directory, { mode: 0o711 });
  return { directory, runner };
}

/** Whether a directory or an id belongs to a runner that is no more. A process id alone may have been given anew. */
export function isOfDeadRunner(name: string): boolean {
  const match = /^r(\d+)-(\d+)-\d+/.exec(name);
  return match !== null && startTime(Number(match[1])) !== match[2];
}

/** Clock tick at which a process started (field 22 of /proc/<pid>/stat); undefined when there is none. */
function startTime(pid: number): string | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
