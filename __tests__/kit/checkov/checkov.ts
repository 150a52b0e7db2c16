import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { temporaryDirectory, type TerraformPlan } from '../terraform';
import type { Finding } from './finding';

/** What Checkov said about some plans. */
export interface CheckovResult {
  readonly passed: number;
  /** Each rule and resource once, though several plans hold the resource. */
  readonly failed: readonly Finding[];
}

interface Report {
  readonly summary: { readonly passed: number; readonly parsing_errors: number };
  readonly results: {
    readonly failed_checks: readonly {
      readonly check_id: string;
      readonly resource: string;
      readonly check_name: string;
    }[];
  };
}

/**
 * Runs Checkov's rules for plans over all plans in one go (starting it takes seconds), with nothing asked of the network.
 *
 * @throws Error with Checkov's own output where it fails or could not read a plan
 */
export async function runCheckov(plans: readonly TerraformPlan[]): Promise<CheckovResult> {
  const directory = temporaryDirectory('checkov');
  try {
    const files = plans.map((plan, index) => {
      const file = path.join(directory, `${index}.json`);
      fs.writeFileSync(file, JSON.stringify(plan));
      return file;
    });
    const output = await run(
      [
        ...['--framework', 'terraform_plan', '--output', 'json', '--quiet', '--compact', '--soft-fail'],
        '--skip-download',
      ].concat(...files.map((file) => ['--file', file])),
      directory,
    );
    return read(output);
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

function read(output: string): CheckovResult {
  const reports = [JSON.parse(output) as Report | readonly Report[]].flat() as Report[];
  if (reports.some(({ summary }) => summary === undefined || summary.parsing_errors > 0)) {
    throw new Error(`checkov could not read a plan:\n${output}`);
  }
  const failed = new Map<string, Finding>();
  for (const { check_id: check, resource, check_name: problem } of reports.flatMap((r) => r.results.failed_checks)) {
    failed.set(`${check} ${resource}`, { check, resource, problem });
  }
  return { passed: reports.reduce((sum, { summary }) => sum + summary.passed, 0), failed: [...failed.values()] };
}

function run(args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.env.CHECKOV ?? 'checkov', args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      const text = Buffer.concat(stdout).toString('utf8');
      if (code === 0) resolve(text);
      else reject(new Error(`checkov ended with ${code}\n${text}\n${Buffer.concat(stderr).toString('utf8')}`));
    });
  });
}
