import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

const project = path.resolve(__dirname, '../..');

/** Runs the app command of cdktf.json with settings that it must refuse. */
function appWith(settings: Readonly<Record<string, string>>) {
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'sandpiper-app-'));
  const { PATH = '', HOME = '' } = process.env;
  try {
    const env = { PATH, HOME, CDKTF_OUTDIR: outdir, ...settings };
    const { status, stderr } = spawnSync(process.execPath, ['cli/app.js'], { cwd: project, env, encoding: 'utf8' });
    const lines = stderr.trim().split('\n');
    return { status, lines };
  } finally {
    fs.rmSync(outdir, { recursive: true, force: true });
  }
}

describe('the app, given a setting that it refuses', () => {
  it.each([
    ['ENVIRONMENT', { ENVIRONMENT: 'production-in-europe' }],
    ['PLAYGROUND', { PLAYGROUND: 'yes' }],
  ])(
    'names %s in one line, without a stack trace',
    (name, settings) => {
      const { status, lines } = appWith(settings);
      expect(lines).toEqual([expect.stringMatching(new RegExp(`^sandpiper: ${name}: `))]);
      expect(status).toBe(1);
    },
    120_000,
  );
});
