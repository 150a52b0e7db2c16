import Module = require('node:module');

// Preloaded: whoever imports one resource of a provider package gets the package's index loaded first, as
// `import { Lb } from '@cdktf/provider-aws'` does.
const loader = Module as unknown as { _load: (request: string, ...others: unknown[]) => unknown };
const load = loader._load.bind(loader);
const loaded = new Set<string>();
loader._load = (request, ...others) => {
  const [, provider] = /^(@cdktf\/provider-[a-z]+)\/lib\/./.exec(request) ?? [];
  if (provider !== undefined && !loaded.has(provider)) {
    loaded.add(provider);
    load(provider, ...others);
  }
  return load(request, ...others);
};
