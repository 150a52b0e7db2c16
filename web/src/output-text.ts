import type { OutputEvent } from '../../services/protocol/events';

/** The text of an output event; what is not UTF-8 shows as U+FFFD. */
export function textOf({ data, encoding }: Pick<OutputEvent, 'data' | 'encoding'>): string {
  if (encoding !== 'base64') return data;
  return new TextDecoder().decode(Uint8Array.from(atob(data), (character) => character.charCodeAt(0)));
}
