import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Architecture } from './artifact';

/** The host agent was never built for an architecture. */
export class MissingHostAgentError extends Error {
  constructor(file: string) {
    super(`the host agent is not built: ${file} does not exist; run \`./sandpiper build\``);
    this.name = 'MissingHostAgentError';
  }
}

/**
 * Absolute path of the host agent for machines of one architecture, in this package's `dist/bin`: from its sources, from its
 * compiled output, and installed from npm.
 *
 * @throws MissingHostAgentError when it was never built
 */
export function hostAgentBinary(architecture: Architecture): string {
  const file = path.join(packageRoot(__dirname), 'dist', 'bin', `linux-${architecture}`, 'host-agent');
  if (!fs.existsSync(file)) throw new MissingHostAgentError(file);
  return file;
}

/** The nearest directory above that holds a package.json. */
function packageRoot(directory: string): string {
  if (fs.existsSync(path.join(directory, 'package.json'))) return directory;
  const parent = path.dirname(directory);
  if (parent === directory) throw new Error(`no package.json above ${__dirname}`);
  return packageRoot(parent);
}
