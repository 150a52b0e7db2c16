/** Whether an error says that a queue or an event store does not answer, which is worth a retry. */
export function isUnavailable(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === 'unavailable';
}
