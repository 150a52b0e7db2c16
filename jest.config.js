// Two projects: `unit` is fast and needs nothing but Node.js; `e2e` starts real programs (Go, Terraform, moto, machines).
const transform = {
  '^.+\\.ts$': [
    '@swc/jest',
    { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
  ],
};
const common = {
  testEnvironment: '<rootDir>/__tests__/kit/jest-environment.ts',
  transform,
  moduleFileExtensions: ['ts', 'js', 'json', 'node'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/cdktf.out/', '<rootDir>/.gen/'],
};

/** Suites that need more than Node.js: whole systems, and what compiles or packs the project. */
const wholeSystem = ['e2e', 'docs', 'package'];

module.exports = {
  // No test measures time: this is only so that a busy machine fails none.
  testTimeout: 60_000,
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', ...wholeSystem.map((name) => `<rootDir>/__tests__/${name}/`)],
    },
    {
      ...common,
      displayName: 'e2e',
      testMatch: wholeSystem.map((name) => `<rootDir>/__tests__/${name}/**/*.test.ts`),
    },
  ],
};
