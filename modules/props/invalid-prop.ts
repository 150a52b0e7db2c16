import { Token } from 'cdktf';

/**
 * A prop that cannot be deployed. The message names the prop, shows its value and says what to write instead, so that
 * it can be mended without reading the source.
 */
export class InvalidPropError extends Error {
  /** Path of the prop, such as `capacity.maxInstances`. */
  readonly prop: string;
  /** The value that was given. */
  readonly value: unknown;

  constructor(prop: string, value: unknown, fix: string) {
    super(`${prop}: ${show(value)} ${fix}`);
    this.name = 'InvalidPropError';
    this.prop = prop;
    this.value = value;
  }
}

const SHOWN_CHARACTERS = 80;

function show(value: unknown): string {
  if (Token.isUnresolved(value)) return 'a Terraform value';
  const text = typeof value === 'string' ? JSON.stringify(value) : (JSON.stringify(value) ?? String(value));
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
