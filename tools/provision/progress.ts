/** Where progress is told: stderr, so that stdout holds a command's answer only. */
export type Tell = (line: string) => void;

/** Tells one line of progress on stderr. */
export const tell: Tell = (line) => {
  process.stderr.write(`sandpiper: ${line}\n`);
};

/** Does something slow between a line that says what it is and one that says how long it took. */
export async function withProgress<T>(what: string, work: () => Promise<T> | T): Promise<T> {
  tell(`${what} ...`);
  const started = Date.now();
  const result = await work();
  tell(`${what}: done in ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return result;
}
