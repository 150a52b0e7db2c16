import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { transformSync } from 'esbuild';
import { snippetsOf } from '../kit/docs/snippets';
import { environmentWithoutSettings } from '../kit/docs/environment-without-settings';
import { requireTool } from '../kit/require-tool';
import { temporaryDirectory } from '../kit/terraform';

const project = path.resolve(__dirname, '../..');
const PEERS = ['cdktf', 'constructs', '@cdktf/provider-aws', '@cdktf/provider-google'];

/** Names what the methods of the platforms return, and a contract. */
const RETURNED_TYPES = `
import type { AwsAlbTlsService, AwsEventStore, AwsPlatform, AwsSqsAsgFleet } from 'sandpiper/modules/aws';
import type { GcpEventStore, GcpHttpsLbTlsService, GcpPlatform, GcpPubsubMigFleet } from 'sandpiper/modules/gcp';
import { runnerSettings, type ValuesOf } from 'sandpiper/contracts';

type Returned<P extends { tlsService: any; eventStore: any; sandboxFleet: any }> =
  ReturnType<P['tlsService']> | ReturnType<P['eventStore']> | ReturnType<P['sandboxFleet']>;
export const aws = (one: Returned<AwsPlatform>): AwsAlbTlsService | AwsEventStore | AwsSqsAsgFleet => one;
export const gcp = (one: Returned<GcpPlatform>): GcpHttpsLbTlsService | GcpEventStore | GcpPubsubMigFleet => one;
export const leaseSeconds: ValuesOf<typeof runnerSettings>['leaseSeconds'] = 30;
`;

/** The archive as `npm pack` makes it, installed into an empty app that has the peers and nothing else of ours. */
describe('the library', () => {
  requireTool(['go', 'npm']);
  const app = temporaryDirectory('package');
  let packed: string[];
  afterAll(() => fs.rmSync(app, { recursive: true, force: true }));

  beforeAll(() => {
    const pack = run('npm', ['pack', '--json', `--pack-destination=${app}`], project);
    const [archive] = JSON.parse(pack.slice(pack.indexOf('[\n'))) as [{ filename: string; files: { path: string }[] }];
    packed = archive.files.map((file) => file.path);
    fs.mkdirSync(path.join(app, 'node_modules/@cdktf'), { recursive: true });
    for (const peer of PEERS) {
      fs.symlinkSync(path.join(project, 'node_modules', peer), path.join(app, 'node_modules', peer));
    }
    fs.writeFileSync(path.join(app, 'package.json'), JSON.stringify({ name: 'app', private: true }));
    fs.mkdirSync(path.join(app, 'node_modules/sandpiper'));
    run('tar', ['-xzf', archive.filename, '--strip-components=1', '-C', 'node_modules/sandpiper'], app);
    fs.mkdirSync(path.join(app, 'bin'));
    fs.writeFileSync(path.join(app, 'bin/user-api'), 'any program');
  }, 300_000);

  it('holds the modules and the contracts with their types, the host agent and the licence, and nothing else', () => {
    const unexpected = packed.filter(
      (name) =>
        !/^dist\/(modules|contracts)\/.*\.js$|^dist\/types\/(modules|contracts)\/.*\.d\.ts$/.test(name) &&
        !/^dist\/bin\/linux-(x64|arm64)\/host-agent$/.test(name) &&
        !['package.json', 'README.md', 'MIGRATING.md', 'LICENSE'].includes(name),
    );
    expect(unexpected).toEqual([]);
    for (const name of [
      'dist/modules/index.js',
      'dist/types/modules/aws/index.d.ts',
      'dist/contracts/index.js',
      'dist/types/contracts/index.d.ts',
      'dist/bin/linux-x64/host-agent',
      'dist/bin/linux-arm64/host-agent',
    ]) {
      expect(packed).toContain(name);
    }
  });

  it('depends on its peers only', () => {
    const manifest = JSON.parse(fs.readFileSync(path.join(app, 'node_modules/sandpiper/package.json'), 'utf8')) as {
      dependencies?: object;
      peerDependencies: object;
    };
    expect(manifest.dependencies ?? {}).toEqual({});
    expect(Object.keys(manifest.peerDependencies).sort()).toEqual([...PEERS].sort());
  });

  const examples = ['README.md', 'modules/tls-service/README.md', 'modules/playground/README.md']
    .flatMap(snippetsOf)
    .filter(({ language }) => language === 'ts');

  it.each(examples.map((example) => [`${example.file}:${example.line}`, example] as const))(
    'synthesizes the example %s',
    (_where, { text }) => {
      const other = text.includes('modules/aws') ? 'google' : 'aws';
      const output = fs.mkdtempSync(path.join(app, 'out-'));
      const { code } = transformSync(text, { loader: 'ts', format: 'cjs', target: 'node20' });
      const check = `
        const loaded = Object.keys(require.cache).filter((file) => file.includes('provider-${other}'));
        if (loaded.length > 0) throw new Error('loads the other cloud: ' + loaded[0]);`;
      fs.writeFileSync(path.join(app, 'main.js'), code + check);
      run(process.execPath, ['main.js'], app, { CDKTF_OUTDIR: output });
      const [name = ''] = fs.readdirSync(path.join(output, 'stacks'));
      const stack = fs.readFileSync(path.join(output, 'stacks', name, 'cdk.tf.json'), 'utf8');
      expect(Object.keys((JSON.parse(stack) as { resource: object }).resource).length).toBeGreaterThan(10);
    },
    60_000,
  );

  it('has types that the TypeScript of a new CDKTF app finds, with old and new module resolution', () => {
    examples.forEach(({ text }, index) => fs.writeFileSync(path.join(app, `example-${index}.ts`), text));
    fs.writeFileSync(path.join(app, 'returned.ts'), RETURNED_TYPES);
    for (const [module, moduleResolution] of [
      ['CommonJS', 'Node10'],
      ['Node16', 'Node16'],
    ] as const) {
      const compilerOptions = {
        module,
        moduleResolution,
        target: 'ES2022',
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        types: [],
      };
      fs.writeFileSync(
        path.join(app, 'tsconfig.json'),
        JSON.stringify({
          compilerOptions,
          files: [...examples.map((_example, index) => `example-${index}.ts`), 'returned.ts'],
        }),
      );
      run(process.execPath, [path.join(project, 'node_modules/typescript/bin/tsc'), '-p', '.'], app);
    }
  }, 180_000);

  it('gives the contracts, and no file that is not listed', () => {
    const script = "console.log(require('sandpiper/contracts').gatewaySettings.deadlineSeconds.default)";
    expect(run(process.execPath, ['-e', script], app).trim()).toBe('300');
    const inside = "require('sandpiper/modules/tls-service/resolve')";
    expect(() => run(process.execPath, ['-e', inside], app)).toThrow('ERR_PACKAGE_PATH_NOT_EXPORTED');
  });

  it('loads no cloud with the contracts alone', () => {
    const script =
      "require('sandpiper'); console.log(Object.keys(require.cache).some((file) => file.includes('@cdktf/provider-')))";
    expect(run(process.execPath, ['-e', script], app).trim()).toBe('false');
  });
});

function run(program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): string {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: { ...environmentWithoutSettings(), ...env },
  });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}\n${stdout}\n${stderr}`);
  return stdout;
}
