import type { Check } from './check';

/** The launcher refuses older ones, so this one is new enough. */
export const node: Check = {
  name: 'Node.js',
  neededBy: 'everything',
  look: () => ({ state: 'ok', found: `${process.versions.node}, ${process.execPath}` }),
};
