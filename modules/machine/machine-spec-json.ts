import { Fn, Token } from 'cdktf';
import type { MachineSpec } from '../../contracts/machine-spec';

/** How cdktf marks a Terraform value inside a string. */
const TERRAFORM_VALUE = /(\$\{TfToken\[[^\]]+\]\})/;

/**
 * The spec as one line of JSON in which Terraform values resolve in place, whatever they will hold: Terraform escapes each
 * of them itself, once it knows it. Known text is escaped here, so that neither JSON, Terraform nor a shell's here-document
 * reads anything in it: no newline, no `${`, no `%{` is left.
 */
export function machineSpecJson(spec: MachineSpec): string {
  return json(spec);
}

function json(value: unknown): string {
  if (typeof value === 'string') return `"${value.split(TERRAFORM_VALUE).map(insideString).join('')}"`;
  // A number or a list of Terraform's has nothing known in it.
  if (Token.isUnresolved(value)) return Fn.jsonencode(value);
  if (Array.isArray(value)) return `[${value.map(json).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return `{${members.map(([name, member]) => `${json(name)}:${json(member)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

function insideString(part: string): string {
  if (!Token.isUnresolved(part)) {
    return JSON.stringify(part)
      .slice(1, -1)
      .replace(/([$%])\{/g, '$1\\u007b');
  }
  // `join` turns a number into text. Exactly one quote is taken from each end: the value may end with one of its own.
  const quote = Fn.rawString('"');
  return Fn.trimprefix(Fn.trimsuffix(Fn.jsonencode(Fn.join('', [part])), quote), quote);
}
