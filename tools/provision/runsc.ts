import * as fs from 'node:fs';
import * as path from 'node:path';
import { missingTool } from '../failure';
import { cacheDirectory } from './cache';
import { provisionGo } from './go';
import { withProgress } from './progress';
import { runProgram } from './run-program';

/**
 * gVisor as the Go module proxy has it: its commit and the day it was made. An old sandbox is a hole: take a newer one at
 * least every half year (`go list -m gvisor.dev/gvisor@go`), and run the abuse suite with it.
 */
export const RUNSC_VERSION = 'v0.0.0-20260905035102-160fafc42237';

/** The same bytes on every machine, and a sixth less of them: no paths of the build, no symbols. */
const FLAGS = ['-trimpath', '-ldflags', '-s -w -buildid='];

/** Day of the commit that a Go pseudo-version names. */
export function runscDate(version = RUNSC_VERSION): Date {
  const [, year, month, day] = /-(\d{4})(\d{2})(\d{2})\d{6}-/.exec(version)!;
  return new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
}

/** Path of the runsc that was built, or that `$SANDPIPER_RUNSC` names; undefined when there is none. */
export function runscProgram(): string | undefined {
  const file = process.env.SANDPIPER_RUNSC ?? builtFile();
  return fs.existsSync(file) ? file : undefined;
}

/** Packages that `go install -v` names while it builds runsc: how far it is. A newer version may have some more. */
const PACKAGES = 612;

/** Builds runsc (minutes) unless it is there. @throws Failure with Go's own words */
export async function provisionRunsc(): Promise<string> {
  const present = runscProgram();
  if (present !== undefined) return present;
  const go = await provisionGo();
  await withProgress('building gVisor', async (report) => {
    const directory = path.dirname(builtFile());
    fs.mkdirSync(path.dirname(directory), { recursive: true });
    const temporary = fs.mkdtempSync(`${directory}.`);
    let compiled = 0;
    const install = ['install', '-v', ...FLAGS, `gvisor.dev/gvisor/runsc@${RUNSC_VERSION}`];
    const { succeeded, stderr } = await runProgram(go, install, {
      // With cgo it would be linked dynamically, and die at its start.
      env: { ...process.env, CGO_ENABLED: '0', GOBIN: temporary, GOFLAGS: '', GOAMD64: undefined },
      onLine: (line) =>
        report(line.startsWith('go: ') ? line.slice('go: '.length) : `${++compiled} of ${PACKAGES} packages`),
    });
    if (!succeeded) {
      fs.rmSync(temporary, { recursive: true, force: true });
      throw missingTool(`gVisor ${RUNSC_VERSION} could not be built:\n${stderr.trim()}`);
    }
    // Sandboxes' users must reach it; and another process may have been faster.
    fs.chmodSync(temporary, 0o755);
    if (fs.existsSync(directory)) fs.rmSync(temporary, { recursive: true, force: true });
    else fs.renameSync(temporary, directory);
  });
  return builtFile();
}

function builtFile(): string {
  return cacheDirectory(`runsc-${RUNSC_VERSION}-stripped`, 'runsc');
}
