interface Guard {
  readonly lifecycle?: { readonly prevent_destroy?: boolean };
  readonly triggers_replace: { readonly id: string };
}

/** The resources that a deletion guard stands beside: their construct ids below the platform, joined by `_`. */
export function guardedIds(resources: { readonly terraform_data?: Readonly<Record<string, Guard>> }): string[] {
  return Object.values(resources.terraform_data ?? {})
    .filter(({ lifecycle }) => lifecycle?.prevent_destroy === true)
    .map(({ triggers_replace: { id } }) => /\.platform_(?:services_)?(\S+?)(?:_[0-9A-F]{8})?\.id\}$/.exec(id)![1]!)
    .sort();
}
