// Which way imports point: down, from what is composed to what it is composed of. `node .ci/check-imports.mjs` checks it.
'use strict';
const path = require('node:path');

/** What each top folder may import beside itself, Node.js and npm packages. */
const MAY_IMPORT = {
  contracts: [],
  modules: ['contracts/'],
  services: ['contracts/'],
  stacks: ['contracts/', 'modules/'],
  tools: ['contracts/', 'modules/', 'services/', 'stacks/'],
  cli: ['contracts/', 'modules/', 'services/', 'stacks/', 'tools/'],
  // The benchmarks start the servers of the tests.
  bench: ['contracts/', 'modules/', 'services/', 'stacks/', 'tools/', '__tests__/kit/'],
  // The protocol, and types of what the gateway answers.
  web: ['contracts/', 'services/(protocol|gateway|languages)/'],
};

/** The folders of modules/ that belong to no cloud. Every other folder is a cloud, also one that is still to come. */
const NEUTRAL = 'props|machine|platform|playground|tls-service|event-store|sandbox-fleet';
const CLOUD = `(?!(?:${NEUTRAL})/)[^/]+`;

/** The provider packages that a cloud's folder may import, behind `@cdktf/provider-`. */
const PROVIDERS = { aws: 'aws', gcp: 'google(?:-beta)?' };

/** Folders of one floor do not import the floors above. */
const LAYERS = [
  {
    base: 'modules/',
    floors: ['props', 'machine', 'tls-service|event-store', 'sandbox-fleet', 'platform', 'playground'],
  },
  {
    base: `modules/${CLOUD}/`,
    floors: ['foundation', 'machine', 'tls-service|event-store', 'sandbox-fleet', 'platform\\.ts', 'index\\.ts'],
  },
  {
    base: 'services/',
    floors: ['program', 'protocol', 'engines', 'sandbox', 'images|languages', 'gateway|runner', 'all-in-one'],
  },
];

const folders = Object.entries(MAY_IMPORT).map(([folder, allowed]) => ({
  name: `${folder}-imports-down`,
  comment: `${folder}/ may import ${allowed.length === 0 ? 'itself only' : `itself and ${allowed.join(', ')}`}`,
  from: { path: `^${folder}/` },
  to: {
    pathNot: [`^${folder}/`, 'node_modules/', ...allowed.map((pattern) => `^${pattern}`)],
    dependencyTypesNot: ['core'],
    couldNotResolve: false,
  },
}));

const layers = LAYERS.flatMap(({ base, floors }) =>
  floors.slice(0, -1).map((floor, index) => ({
    name: 'floors',
    comment: 'a folder imports those below it only',
    from: { path: `^${base}(?:${floor})(?:/|$)` },
    to: { path: `^${base}(?:${floors.slice(index + 1).join('|')})(?:/|$)` },
  })),
);

const providers = Object.entries(PROVIDERS).flatMap(([cloud, provider]) => [
  {
    name: 'own-provider-only',
    comment: `modules/${cloud}/ alone imports its provider package`,
    from: { path: '^modules/', pathNot: `^modules/${cloud}/` },
    to: { path: `node_modules/@cdktf/provider-${provider}/` },
  },
  {
    name: 'own-provider-only',
    comment: `modules/${cloud}/ imports no other provider package`,
    from: { path: `^modules/${cloud}/` },
    to: { path: `node_modules/@cdktf/provider-(?!${provider}/)` },
  },
]);

module.exports = {
  forbidden: [
    {
      name: 'no-folder-circles',
      comment: 'two folders that import each other are one folder',
      scope: 'folder',
      from: { pathNot: '^__tests__' },
      to: { circular: true },
    },
    { name: 'no-file-circles', comment: 'also of types', from: {}, to: { circular: true } },
    ...folders,
    ...layers,
    {
      name: 'clouds-apart',
      comment: 'a cloud never imports another',
      from: { path: `^modules/(${CLOUD})/` },
      to: { path: `^modules/${CLOUD}/`, pathNot: '^modules/$1/' },
    },
    {
      name: 'contracts-know-no-cloud',
      comment: 'a contract imports neither a cloud nor a provider package',
      from: { path: `^(contracts|modules/(${NEUTRAL}))/` },
      to: { path: `(node_modules/@cdktf/provider-|^modules/${CLOUD}/)` },
    },
    ...providers,
    {
      name: 'tools-load-no-cloud',
      comment: 'commands and the local platform start without the bindings of a provider',
      from: { path: '^(tools|cli|bench|modules/local)/' },
      to: { path: `(node_modules/@cdktf/provider-|^modules/${CLOUD}/)`, pathNot: '^modules/local/' },
    },
    {
      name: 'services-know-no-cdktf',
      comment: 'a program on a machine has no use for constructs',
      from: { path: '^services/' },
      to: { path: 'node_modules/(cdktf|constructs|@cdktf)/' },
    },
    {
      name: 'deep-provider-imports',
      comment:
        'an index of a provider package loads every resource (3 s, 560 MB): import @cdktf/provider-…/lib/<resource>',
      from: {},
      to: { path: 'node_modules/@cdktf/provider-[a-z-]+/lib/index\\.(js|d\\.ts)$' },
    },
    {
      name: 'main-imports-stacks',
      comment: 'main.ts chooses a stack',
      from: { path: '^main\\.ts$' },
      to: { pathNot: ['^stacks/', 'node_modules/'], dependencyTypesNot: ['core'] },
    },
    {
      name: 'nothing-imports-main',
      comment: 'the entry points are imported by nothing but tests',
      from: { pathNot: '^__tests__/' },
      to: { path: '^main\\.ts$' },
    },
  ].map((rule) => ({ severity: 'error', ...rule })),
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|cdktf.out)/' },
    // Imports of types count: a contract is its types.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: path.join(__dirname, '../tsconfig.json') },
  },
};
