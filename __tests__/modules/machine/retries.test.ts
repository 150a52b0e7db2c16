import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { renderBootScript } from '../../../modules/machine/boot-script';
import { temporaryDirectory } from '../../kit/terraform';
import { exampleSpec } from './example-spec';

/** Runs the script in a directory that stands for the machine, with programs that write down how they were called. */
function run(programs: Readonly<Record<string, string>>, sha256 = 'a'.repeat(64)) {
  const root = temporaryDirectory('boot-script');
  const bin = path.join(root, 'bin');
  fs.mkdirSync(bin);
  for (const directory of ['run', 'etc', 'opt']) fs.mkdirSync(path.join(root, directory));
  const stubs = { sleep: 'echo "$1" >>$ROOT/sleeps', logger: 'cat >/dev/null </dev/null', flock: 'true', ...programs };
  for (const [name, body] of Object.entries(stubs)) {
    fs.writeFileSync(path.join(bin, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  }
  const hostAgent = { bucket: 'artifacts', key: 'agent', sha256 };
  const script = renderBootScript(exampleSpec({ cloud: 'gcp', hostAgent }))
    .replace(/^export PATH=/m, `export ROOT=${root} PATH=${bin}:`)
    .replace(/(=|>|'| |mkdir -p |-p )\/(run|etc|opt)\//g, `$1${root}/$2/`);
  const { status, stderr } = spawnSync('sh', [], { input: script, encoding: 'utf8' });
  const sleeps = path.join(root, 'sleeps');
  const pauses = fs.existsSync(sleeps) ? fs.readFileSync(sleeps, 'utf8').trim().split('\n').map(Number) : [];
  fs.rmSync(root, { recursive: true });
  return { status, said: stderr, pauses };
}

/** Answers the metadata server's token, then an agent of which the hash is `sha256Of`. */
const agent = (body: string) => `case "$*" in
  *computeMetadata*) echo '{"access_token":"t"}' ;;
  *) while [ "$1" != -o ]; do shift; done; printf '%s' '${body.replaceAll("'", "'\\''")}' >"$2" ;;
esac`;
const sha256Of = (body: string) => spawnSync('sha256sum', [], { input: body, encoding: 'utf8' }).stdout.slice(0, 64);

describe('the boot script, when something fails', () => {
  it('tries again with growing pauses, and gives up visibly', () => {
    const { status, said, pauses } = run({ curl: 'exit 22' });
    expect(status).toBe(69);
    expect(pauses.slice(0, 7)).toEqual([1, 2, 4, 8, 16, 30, 30]);
    expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBeGreaterThan(500);
    expect(said).toMatch(/failed: the host agent could not be fetched/);
  });

  it('does not try again when the bytes are others', () => {
    const { status, said, pauses } = run({ curl: agent('another agent') });
    expect({ status, pauses }).toEqual({ status: 65, pauses: [] });
    expect(said).toContain(`SHA-256 of artifacts/agent is ${sha256Of('another agent')}, not ${'a'.repeat(64)}`);
  });

  it.each([
    [0, 0, 0, 'the service is active'],
    [65, 65, 0, 'could not install'],
    [75, 75, 0, 'installed but not active yet'],
    [71, 71, 23, 'could not install'],
  ])('acts on exit code %i of the agent', (code, expected, retries, words) => {
    const body = `#!/bin/sh\necho "agent: $*" >&2\nexit ${code}\n`;
    const { status, said, pauses } = run({ curl: agent(body) }, sha256Of(body));
    expect({ status, retries: pauses.length }).toEqual({ status: expected, retries });
    expect(said).toContain(words);
    expect(said).toMatch(/sandpiper-boot: agent: install --spec .*\/etc\/sandpiper\/machine.json/);
  });
});
