import * as path from 'node:path';

/** The directory of package.json, seen from the sources (`tools/provision`) as well as from the compiled output. */
export const projectDirectory = ((): string => {
  const root = path.resolve(__dirname, '../..');
  return path.basename(root) === 'dist' ? path.dirname(root) : root;
})();
