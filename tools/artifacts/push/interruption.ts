import { Failure } from '../../failure';

/** What shells expect of a program that was interrupted: 128 and the number of the signal. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

type Interruption = keyof typeof EXIT_CODES;

/** Works until it is done or interrupted. A second interruption ends the process at once, as ever. */
export async function interruptible<T>(after: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let interruption: Interruption | undefined;
  const interrupt = (signal: Interruption) => {
    interruption = signal;
    controller.abort();
    release();
  };
  const release = () => process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    return await work(controller.signal);
  } catch (error) {
    throw interruption === undefined ? error : new Failure(`interrupted: ${after}`, EXIT_CODES[interruption]);
  } finally {
    release();
  }
}
