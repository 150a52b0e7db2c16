import { spawn, type ChildProcess } from 'node:child_process';

/**
 * Reads "+ pid" and "- pid" lines; when the pipe ends, for whatever reason, ends the process groups that are left: first
 * politely, then for good. It ignores the terminal's signals, because its whole purpose is to outlive its parent.
 */
const SCRIPT = `
trap '' INT TERM HUP
held=
while read -r sign pid; do
  case $sign in
    +) held="$held $pid" ;;
    -) kept=; for each in $held; do [ "$each" = "$pid" ] || kept="$kept $each"; done; held=$kept ;;
  esac
done
[ -n "$held" ] || exit 0
for each in $held; do kill -s TERM -- "-$each" 2>/dev/null; done
sleep 2
for each in $held; do kill -s KILL -- "-$each" 2>/dev/null; done
`;

/**
 * Sees to it that no instance outlives this process, even if this process is killed with SIGKILL: a shell that costs a
 * megabyte, holds one end of a pipe, and acts when the other end closes.
 */
export class Guardian {
  private readonly shell: ChildProcess;

  constructor() {
    this.shell = spawn('/bin/sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    this.shell.stdin?.on('error', () => undefined);
    this.shell.unref();
    (this.shell.stdin as unknown as { unref?: () => void }).unref?.();
  }

  /** The leader of a process group that is to end with this process. */
  watch(pid: number): void {
    this.shell.stdin?.write(`+ ${pid}\n`);
  }

  /** It has ended by itself: its number may be somebody else's soon. */
  forget(pid: number): void {
    this.shell.stdin?.write(`- ${pid}\n`);
  }

  close(): void {
    this.shell.stdin?.end();
  }
}
