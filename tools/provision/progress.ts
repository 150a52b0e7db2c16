/** Where progress is told: stderr, so that stdout holds a command's answer only. */
export type Tell = (line: string) => void;

/** Tells one line of progress on stderr. */
export const tell: Tell = (line) => {
  process.stderr.write(`sandpiper: ${line}\n`);
};

/** Nobody waits longer than this without a line. */
const SILENCE_MILLISECONDS = 4_000;

/** Told by slow work about itself: how far it is, such as `43 %`. */
export type Report = (howFar: string) => void;

/**
 * Does something slow between a line that says what it is and one that says how long it took. In between, every few seconds a
 * line says how far it is; work that blocks this process keeps it silent.
 */
export async function withProgress<T>(what: string, work: (report: Report) => Promise<T> | T): Promise<T> {
  tell(`${what} ...`);
  const started = Date.now();
  let howFar = '';
  const seconds = (): number => (Date.now() - started) / 1000;
  const timer = setInterval(() => {
    tell(`${what}: ${howFar === '' ? '' : `${howFar}, `}${seconds().toFixed(0)} s`);
  }, SILENCE_MILLISECONDS);
  try {
    const result = await work((text) => (howFar = text));
    tell(`${what}: done in ${seconds().toFixed(1)} s`);
    return result;
  } finally {
    clearInterval(timer);
  }
}
