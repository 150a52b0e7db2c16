import * as fs from 'node:fs';
import * as path from 'node:path';
import { cacheDirectory } from './cache';

/** Path of the first executable of that name on PATH (or on the given one); undefined when there is none. */
export function findExecutable(name: string, searchPath = process.env.PATH ?? ''): string | undefined {
  return searchPath
    .split(path.delimiter)
    .filter((directory) => directory !== '')
    .map((directory) => path.join(directory, name))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * Has PATH lead to a program that was found elsewhere, for this process and what it starts: by a link in a directory of
 * ours, for the program's own directory may hold others that nobody asked for.
 */
export function putOnPath(name: string, file: string): void {
  if (findExecutable(name) === file) return;
  const directory = cacheDirectory('bin');
  const link = path.join(directory, name);
  fs.mkdirSync(directory, { recursive: true });
  const temporary = `${link}.${process.pid}`;
  fs.symlinkSync(file, temporary);
  fs.renameSync(temporary, link);
  const directories = (process.env.PATH ?? '').split(path.delimiter).filter((other) => other !== directory);
  process.env.PATH = [directory, ...directories].join(path.delimiter);
}
