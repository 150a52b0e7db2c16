import * as fs from 'node:fs';

/** Ids of the processes of this machine that have exactly this argument. */
export function processesWith(argument: string): string[] {
  return fs.readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && fs.readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0').includes(argument);
    } catch {
      return false;
    }
  });
}
