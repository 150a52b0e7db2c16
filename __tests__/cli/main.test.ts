import * as fs from 'node:fs';
import * as path from 'node:path';
import { commands, loadCommand } from '../../cli/commands';
import { project, sandpiper } from '../kit/cli/run';

describe('the command line', () => {
  it('lists exactly the commands that exist', () => {
    const files = fs.readdirSync(path.join(project, 'cli/commands')).map((name) => path.basename(name, '.ts'));
    expect(commands.map(({ name }) => name).sort()).toEqual(files.sort());
  });

  it.each(commands.map(({ name }) => [name]))('%s tells what it does and what it takes', (name) => {
    const entry = commands.find((each) => each.name === name)!;
    const command = loadCommand(entry);
    expect(command.name()).toBe(name);
    expect(command.description()).toMatch(/^[A-Z].*\.$/s);
    expect(command.helpInformation()).toContain(`Usage: ${name}`);
  });

  it('prints the commands and the meaning of exit codes with --help', () => {
    const { exitCode, stdout } = sandpiper(['--help']);
    expect(exitCode).toBe(0);
    for (const { name, summary } of commands) expect(stdout).toMatch(new RegExp(`^ +${name} +${summary}$`, 'm'));
    expect(stdout).toContain('0 done; 1 failed; 2 wrong usage; 3 a program is missing');
  });

  it('suggests the command that was meant, and exits with 2', () => {
    const { exitCode, stderr } = sandpiper(['biuld']);
    expect(exitCode).toBe(2);
    expect(stderr).toBe("sandpiper: unknown command 'biuld'\n(Did you mean build?)\n");
  });

  it('refuses an unknown value of an option, naming those that exist', () => {
    const { exitCode, stderr } = sandpiper(['build', '--architecture', 'mips']);
    expect(exitCode).toBe(2);
    expect(stderr).toBe(
      "sandpiper: option '-a, --architecture <name>' argument 'mips' is invalid. Allowed choices are x64, arm64, host, all.\n",
    );
  });

  it('ends with one line and no stack trace when something fails, and with the stack when asked', () => {
    const environment = { PATH: `${path.dirname(process.execPath)}:/usr/bin:/bin`, TERRAFORM_BINARY: '' };
    const quiet = sandpiper(['test', 'no-such-suite'], environment);
    expect(quiet.exitCode).toBe(2);
    expect(quiet.stderr).toContain('sandpiper: no test matches no-such-suite\n');
    expect(quiet.stderr).not.toContain('    at ');
    const loud = sandpiper(['test', 'no-such-suite'], { ...environment, SANDPIPER_DEBUG: '1' });
    expect(loud.stderr).toContain('    at ');
  });
});
