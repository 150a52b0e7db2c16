import { firstIssue } from '../../../protocol/first-issue';
import { unnumberedEventSchema, type UnnumberedEvent } from '../../../protocol/events';

/** The store holds what no runner writes: a defect, or somebody else's data. */
export class InvalidEventError extends Error {
  constructor(reason: string) {
    super(`the event store holds no event of a job: ${reason}`);
    this.name = 'InvalidEventError';
  }
}

const TYPES: ReadonlySet<unknown> = new Set(unnumberedEventSchema.options.map(({ shape }) => shape.type.value));

/**
 * Reads an event as a runner wrote it: the only place where stored text becomes an event. Nearly all events are output, whose type
 * and data alone are checked. A type of a newer runner passes as it is: its clients may know it.
 *
 * @throws InvalidEventError
 */
export function decodeEvent(text: string): UnnumberedEvent {
  const value = jsonOf(text) as { readonly type?: unknown; readonly data?: unknown } | null;
  const type = value?.type;
  if ((type === 'stdout' || type === 'stderr') && typeof value!.data === 'string') return value as UnnumberedEvent;
  if (typeof type === 'string' && !TYPES.has(type)) return value as UnnumberedEvent;
  const parsed = unnumberedEventSchema.safeParse(value);
  if (!parsed.success) throw new InvalidEventError(firstIssue(parsed.error));
  return parsed.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidEventError((error as Error).message);
  }
}
