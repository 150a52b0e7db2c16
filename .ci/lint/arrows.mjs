import path from 'node:path';

/**
 * Which way imports may point between the folders: down, from what is composed to what it is composed of.
 * `from` and `to` are patterns over paths from the project's root (`to` also over package names); the first rule that
 * matches refuses.
 */
export const arrows = [
  {
    from: /./,
    to: /^@cdktf\/provider-[a-z]+(\/lib)?(\/index(\.js)?)?$/,
    why: 'an index import of a provider package loads every resource (3 s, 560 MB): import @cdktf/provider-…/lib/<resource>',
  },
  {
    from: /^(contracts|modules|services|stacks|tools|cli|main\.ts|bench)(\/|$)/,
    to: /^__tests__\//,
    except: /^bench\//,
    why: 'the product never imports its tests',
  },
  {
    from: /^services\//,
    to: /^(modules|stacks|tools|cli|bench|main)(\/|$)/,
    why: 'services import the contracts and no other folder',
  },
  { from: /^services\//, to: /^(cdktf|constructs|@cdktf\/.*)$/, why: 'services know nothing of CDKTF' },
  { from: /^modules\//, to: /^(stacks|tools|cli|bench|main)(\/|$)/, why: 'modules import no folder above them' },
  { from: /^modules\//, to: /^services\//, why: 'modules deploy services as artifacts and never import their code' },
  {
    from: /^modules\/aws\//,
    to: /^(modules\/gcp(\/|$)|@cdktf\/provider-google(-beta)?\/)/,
    why: 'the AWS half never imports the GCP half',
  },
  {
    from: /^modules\/gcp\//,
    to: /^(modules\/aws(\/|$)|@cdktf\/provider-aws\/)/,
    why: 'the GCP half never imports the AWS half',
  },
  {
    from: /^modules\/(?!aws\/|gcp\/)/,
    to: /^(@cdktf\/provider-|modules\/(aws|gcp)(\/|$))/,
    why: 'a contract imports neither a provider package nor an implementation',
  },
  { from: /^stacks\//, to: /^(tools|cli|bench|main)(\/|$)/, why: 'stacks import no folder above them' },
  {
    from: /^(modules\/local|tools|cli)\//,
    to: /^@cdktf\/provider-/,
    why: 'the CLI and the local platform load no provider bindings',
  },
  {
    from: /^(modules\/local|tools|cli)\//,
    to: /^modules\/(aws|gcp)(\/|$)/,
    why: 'the CLI and the local platform import contracts, not the clouds’ implementations',
  },
  {
    from: /^web\//,
    to: /^(modules|stacks|tools|cli|bench|main|services\/(runner|engines|images))(\/|$)/,
    why: 'the page imports the protocol and types, nothing that runs on a machine',
  },
  { from: /^contracts\//, to: /^(?!contracts\/|node:)/, why: 'contracts import nothing' },
  { from: /^tools\//, to: /^(cli|bench|main)(\/|$)/, why: 'the tools import no command' },
];

/** Why a file of the project may not import a module, or undefined. Both are paths from the project's root, or a package name. */
export function refusal(from, to) {
  return arrows.find((rule) => rule.from.test(from) && rule.to.test(to) && !rule.except?.test(from))?.why;
}

/** The rule for ESLint: `import`, `export … from`, `import()`, `require()` and `import x = require()`; types too, for a contract is its types. */
export const arrowsPointDown = {
  meta: {
    type: 'problem',
    docs: { description: 'imports point down between the folders' },
    schema: [],
    messages: { refused: '{{from}} must not import {{to}}: {{why}}.' },
  },
  create(context) {
    const root = context.cwd;
    const from = path.relative(root, context.filename).split(path.sep).join('/');
    const check = (source) => {
      if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
      const to = source.value.startsWith('.')
        ? path.posix.normalize(path.posix.join(path.posix.dirname(from), source.value))
        : source.value;
      const why = refusal(from, to);
      if (why !== undefined) context.report({ node: source, messageId: 'refused', data: { from, to, why } });
    };
    return {
      ImportDeclaration: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
      TSExternalModuleReference: (node) => check(node.expression),
      TSImportType: (node) => check(node.source ?? node.argument?.literal),
      CallExpression: (node) => {
        const { callee } = node;
        const isRequire =
          (callee.type === 'Identifier' && callee.name === 'require') ||
          (callee.type === 'MemberExpression' &&
            callee.object.type === 'Identifier' &&
            callee.object.name === 'require');
        if (isRequire) check(node.arguments[0]);
      },
    };
  },
};
