import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Cloud } from '../../modules/props/cloud';
import { provisionGo } from '../provision/go';
import { projectDirectory } from '../provision/project';
import { NotKnown } from './not-known';

/** A resource or data source as it was synthesized. */
export interface Block {
  readonly type: string;
  readonly name: string;
  /** Attributes; references to others are texts such as `${aws_vpc.x.id}`. */
  readonly body: Readonly<Record<string, any>>;
}

/** What the stack is going to be made of. */
export interface Stack {
  readonly resources: readonly Block[];
  readonly data: readonly Block[];
  /** By name: `default` is absent where Terraform asks for the value. */
  readonly variables: Readonly<Record<string, { readonly default?: unknown }>>;
}

type Blocks = Readonly<Record<string, Readonly<Record<string, Record<string, any>>>>>;

/** Reads a synthesized cdk.tf.json. */
export function readStack(text: string): Stack {
  const { resource, data, variable } = JSON.parse(text) as {
    readonly resource?: Blocks;
    readonly data?: Blocks;
    readonly variable?: Stack['variables'];
  };
  const list = (blocks: Blocks = {}): Block[] =>
    Object.entries(blocks).flatMap(([type, named]) =>
      // Deletion guards: Terraform's own, of no cloud.
      (type === 'terraform_data' ? [] : Object.entries(named)).map(([name, body]) => ({ type, name, body })),
    );
  return { resources: list(resource), data: list(data), variables: variable ?? {} };
}

/**
 * Synthesizes the cloud's stack with the settings of this process, into a directory that is removed again: what a deployment would make is
 * read from there, so that no second list of it can be wrong.
 *
 * @throws NotKnown with the synthesis' own words
 */
export async function synthesizeStack(cloud: Cloud): Promise<Stack> {
  try {
    await provisionGo();
  } catch (error) {
    throw new NotKnown(`the stack cannot be synthesized: ${(error as Error).message}`, './sandpiper doctor');
  }
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'sandpiper-preflight-'));
  try {
    const { exitCode, stderr } = await runApp({ CLOUD: cloud, CDKTF_OUTDIR: outdir });
    if (exitCode !== 0)
      throw new NotKnown(`the stack cannot be synthesized: ${lastLine(stderr)}`, fixOf(stderr, cloud));
    return readStack(fs.readFileSync(path.join(outdir, 'stacks', `${cloud}-stack`, 'cdk.tf.json'), 'utf8'));
  } finally {
    fs.rmSync(outdir, { recursive: true, force: true });
  }
}

/** The `context` of cdktf.json, which cdktf hands to the app. */
export function projectContext(): Readonly<Record<string, unknown>> {
  const file = path.join(projectDirectory, 'cdktf.json');
  return (JSON.parse(fs.readFileSync(file, 'utf8')) as { context?: Record<string, unknown> }).context ?? {};
}

function runApp(env: Readonly<Record<string, string>>): Promise<{ exitCode: number | null; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(projectDirectory, 'cli/app.js')], {
      cwd: projectDirectory,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, CDKTF_CONTEXT_JSON: JSON.stringify(projectContext()), ...env },
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, stderr }));
  });
}

function lastLine(text: string): string {
  const line = text.trim().split('\n').at(-1) ?? '';
  return line.replace(/^sandpiper: /, '');
}

function fixOf(stderr: string, cloud: Cloud): string {
  return stderr.includes('manifest.json')
    ? `./sandpiper build, then ./sandpiper push ${cloud}`
    : `CLOUD=${cloud} ./sandpiper synth shows all of it`;
}
