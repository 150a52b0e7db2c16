import Module = require('node:module');

// Loaded before the stacks: how a fleet is sized does not depend on what its machines run, so nothing has to be built.
const NOTHING = { key: `none/${'0'.repeat(64)}.tar.gz`, sha256: '0'.repeat(64), bytes: 1 };
const STAND_INS: Readonly<Record<string, object>> = {
  './artifacts': {
    programPath: () => __filename,
    playgroundArtifacts: () => ({
      schemaVersion: 1,
      architecture: 'x64',
      gateway: { ...NOTHING, key: NOTHING.key.replace('none', 'gateway') },
      runner: { ...NOTHING, key: NOTHING.key.replace('none', 'runner') },
      images: [],
    }),
  },
  '../boot/host-agent-binary': { hostAgentBinary: () => __filename },
};

const loader = Module as unknown as { _load: (request: string, ...others: unknown[]) => unknown };
const load = loader._load.bind(loader);
loader._load = (request, ...others) => STAND_INS[request] ?? load(request, ...others);
