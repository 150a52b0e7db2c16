import { Token } from 'cdktf';

/**
 * Whether a prop's value is known at synth. A Terraform variable or an attribute of a resource is a token there: its
 * text says nothing about its value, so no rule about the value may be applied to it (Terraform's own validation is).
 */
export function isKnown<T>(value: T | undefined): value is T {
  return value !== undefined && !Token.isUnresolved(value);
}
