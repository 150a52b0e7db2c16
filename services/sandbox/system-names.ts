import * as os from 'node:os';

/** Such as `SIGSEGV` for 11. */
export function signalName(number: number): string {
  return nameOf(os.constants.signals, number) ?? `SIG${number}`;
}

/** Such as `ENOENT` for 2. */
export function errnoName(number: number): string {
  return nameOf(os.constants.errno, number) ?? `errno ${number}`;
}

function nameOf(table: object, number: number): string | undefined {
  return Object.entries(table).find(([, value]) => value === number)?.[0];
}
