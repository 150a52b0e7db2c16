import * as fs from 'node:fs';
import { wrongUsage } from './failure';

/** The PEM of an authority that `--ca` names. @throws Failure when it cannot be read */
export function readCa(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw wrongUsage(`--ca: ${(error as Error).message}`);
  }
}
