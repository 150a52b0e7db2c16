/**
 * Works on several items at once. The first failure stops the others, which are waited for.
 *
 * @param work is given a signal that also says when another item has failed
 */
export async function inParallel<T>(
  items: readonly T[],
  options: { readonly atOnce: number; readonly signal: AbortSignal },
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const queue = items.values();
  let first: { readonly error: unknown } | undefined;
  const worker = async () => {
    // All workers draw from the one iterator.
    for (const item of queue) {
      if (signal.aborted) return;
      try {
        await work(item, signal);
      } catch (error) {
        first ??= { error };
        failed.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: options.atOnce }, worker));
  if (first) throw first.error;
  options.signal.throwIfAborted();
}
