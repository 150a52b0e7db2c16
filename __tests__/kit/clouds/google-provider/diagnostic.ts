/** One step of a path: an attribute's or block's name, or an index of a list. */
export type PathStep = string | number;

/** An error, as Terraform prints it: with the resource's address, and the line of the attribute where `attribute` names one. */
export interface Diagnostic {
  readonly severity: 'ERROR';
  readonly summary: string;
  readonly detail: string;
  readonly attribute?: { readonly steps: readonly object[] };
}

export function refusal(summary: string, detail: string, path?: readonly PathStep[]): Diagnostic {
  return { severity: 'ERROR', summary, detail, ...(path ? { attribute: protocolPath(path) } : {}) };
}

export function protocolPath(path: readonly PathStep[]): { readonly steps: readonly object[] } {
  return {
    steps: path.map((step) => (typeof step === 'string' ? { attribute_name: step } : { element_key_int: step })),
  };
}
