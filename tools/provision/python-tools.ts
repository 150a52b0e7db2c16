import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { missingTool } from '../failure';
import { cacheDirectory } from './cache';
import { isDebian, provisionDebian } from './debian';
import { findExecutable, putOnPath } from './executable';
import { pinned } from './pinned';
import { withProgress, type Report } from './progress';
import { runProgram } from './run-program';

/** A program that PyPI holds. */
export interface PythonTool {
  readonly distribution: 'moto' | 'checkov';
  /** What pip is asked for, without the version. */
  readonly requirement: string;
  readonly executable: string;
}

/** Simulates AWS's APIs. */
export const moto: PythonTool = { distribution: 'moto', requirement: 'moto[server]', executable: 'moto_server' };

/** Checks a plan against policies. */
export const checkov: PythonTool = { distribution: 'checkov', requirement: 'checkov', executable: 'checkov' };

/** Path of a tool at exactly the pinned version, on PATH or in the project's own virtual environment; undefined when it is neither. */
export function findPythonTool(tool: PythonTool): string | undefined {
  return [findExecutable(tool.executable), ownExecutable(tool)].find(
    (file) => file !== undefined && installedVersion(tool, file) === pinned[tool.distribution],
  );
}

/** Finds a tool, or installs it into a virtual environment of its own, and has PATH lead to it. @throws Failure when neither is possible */
export async function providePythonTool(tool: PythonTool): Promise<string> {
  const version = pinned[tool.distribution];
  if (findPythonTool(tool) === undefined) {
    if (isDebian() && findExecutable('python3') === undefined) await provisionDebian(['python']);
    await withProgress(`installing ${tool.distribution} ${version}`, (report) => install(tool, report));
  }
  const file = findPythonTool(tool);
  if (file === undefined) throw missingTool(`${tool.distribution} ${version} does not run after its installation`);
  putOnPath(tool.executable, file);
  return file;
}

/** A tool's own version as its Python knows it: importing the tool to ask would take seconds. */
function installedVersion(tool: PythonTool, file: string): string | undefined {
  for (const python of pythonsBeside(file)) {
    const version = versionBy(python, tool);
    if (version !== undefined) return version;
  }
  return undefined;
}

/** Beside the program itself, and beside what a link leads to. */
function pythonsBeside(file: string): string[] {
  if (!fs.existsSync(file)) return [];
  const directories = new Set([path.dirname(file), path.dirname(fs.realpathSync(file))]);
  return [...directories]
    .map((directory) => findExecutable('python3', directory))
    .filter((python) => python !== undefined);
}

function versionBy(python: string, tool: PythonTool): string | undefined {
  const script = 'import importlib.metadata as m, sys; print(m.version(sys.argv[1]))';
  const { status, stdout } = spawnSync(python, ['-c', script, tool.distribution], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

function environmentOf(tool: PythonTool): string {
  return cacheDirectory('python', `${tool.distribution}-${pinned[tool.distribution]}`);
}

function ownExecutable(tool: PythonTool): string {
  return path.join(environmentOf(tool), 'bin', tool.executable);
}

/** Path of the Python that runs a tool, and has its libraries; undefined when the tool is absent. */
export function pythonOf(tool: PythonTool): string | undefined {
  const file = findPythonTool(tool);
  return file === undefined ? undefined : pythonsBeside(file).find((python) => versionBy(python, tool) !== undefined);
}

/** In place, for a virtual environment cannot be moved; a half-made one holds no executable of the tool and is made anew. */
async function install(tool: PythonTool, report: Report): Promise<void> {
  const environment = environmentOf(tool);
  fs.rmSync(environment, { recursive: true, force: true });
  fs.mkdirSync(path.dirname(environment), { recursive: true });
  report('making a virtual environment');
  const make = () => runProgram('python3', ['-m', 'venv', environment]);
  if (!(await make()).succeeded) {
    if (!isDebian()) throw missingTool('needs a Python 3.10 or newer with venv on PATH');
    await provisionDebian(['python']);
    const again = await make();
    if (!again.succeeded)
      throw missingTool(`python3 -m venv does not work on this machine:\n${again.stdout}${again.stderr}`.trim());
  }
  const requirement = `${tool.requirement}==${pinned[tool.distribution]}`;
  const pip = path.join(environment, 'bin/pip');
  let collected = 0;
  const { succeeded, stderr } = await runProgram(pip, ['install', '--disable-pip-version-check', requirement], {
    onLine: (line) => {
      if (line.startsWith('Collecting ')) report(`${++collected} packages collected`);
      else if (line.startsWith('Installing ')) report(`installing ${collected} packages`);
    },
  });
  if (!succeeded) {
    fs.rmSync(environment, { recursive: true, force: true });
    throw missingTool(`pip could not install ${requirement}:\n${stderr.trim()}`);
  }
}
