import { defineConfig, globalIgnores } from 'eslint/config';
import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';
import { arrowsPointDown } from './.ci/lint/arrows.mjs';

const node = Object.fromEntries(
  ['process', 'console', 'Buffer', 'URL', 'require', 'module', 'exports', '__dirname', '__filename']
    .concat(['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'fetch', 'AbortController'])
    .map((name) => [name, 'readonly']),
);

export default defineConfig(
  globalIgnores(['dist/', 'cdktf.out/', '.gen/', 'coverage/', '**/node_modules/', '**/*.d.ts']),
  {
    files: ['**/*.{ts,js,mjs}'],
    extends: [eslint.configs.recommended],
    plugins: { sandpiper: { rules: { 'arrows-point-down': arrowsPointDown } } },
    languageOptions: { globals: node },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'sandpiper/arrows-point-down': 'error',
      eqeqeq: 'error',
      'no-empty': ['error', { allowEmptyCatch: true }],
    },
  },
  { files: ['**/*.js'], languageOptions: { sourceType: 'commonjs' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    rules: {
      // A construct is made for its effect, provider data is untyped, and the chosen cloud is loaded by `require`.
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-require-imports': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
    },
  },
  { files: ['services/**/*.ts'], rules: { '@typescript-eslint/no-explicit-any': 'error' } },
  {
    // What many build on says what it takes.
    files: ['{contracts,modules}/**/*.ts'],
    rules: { '@typescript-eslint/no-explicit-any': 'error' },
  },
  {
    // Rules that need types run where there are promises; synthesis has none.
    files: ['{contracts,services,modules/local,tools,cli,bench,__tests__}/**/*.ts'],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
    },
  },
  {
    files: ['web/**/*.ts', '__tests__/e2e/page/**/*.ts'],
    languageOptions: { parserOptions: { project: './web/tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: { '@typescript-eslint/no-floating-promises': 'error' },
  },
  {
    files: ['__tests__/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'MemberExpression[object.name=/^(describe|it|test)$/][property.name=/^(only|skip|todo|fixme)$/]',
          message: 'A test runs or is not there: `requireTool` says what it needs.',
        },
        {
          selector: 'CallExpression[callee.name=/^(fdescribe|fit|xdescribe|xit|xtest)$/]',
          message: 'A test runs or is not there: `requireTool` says what it needs.',
        },
      ],
    },
  },
);
