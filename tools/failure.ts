/** What the exit code of `sandpiper` means. */
export const exitCodes = {
  ok: 0,
  /** The command ran and its answer is no, or something went wrong. */
  failed: 1,
  /** Unknown command, option or argument. */
  wrongUsage: 2,
  /** A program that the command needs is not on this machine, and could not be installed. */
  missingTool: 3,
} as const;

/** Ends the command with one clear line and an exit code. `SANDPIPER_DEBUG=1` shows the stack as well. */
export class Failure extends Error {
  constructor(
    message: string,
    readonly exitCode: number = exitCodes.failed,
  ) {
    super(message);
    this.name = 'Failure';
  }
}

/** Something is missing on this machine. The message says what to run. */
export function missingTool(message: string): Failure {
  return new Failure(message, exitCodes.missingTool);
}

/** The command was asked for in a way that it does not understand. */
export function wrongUsage(message: string): Failure {
  return new Failure(message, exitCodes.wrongUsage);
}
