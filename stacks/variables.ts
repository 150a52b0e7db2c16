import { TerraformVariable } from 'cdktf';
import type { Construct } from 'constructs';
import type { Settings } from './settings';

/** One rule of a variable: a Terraform expression over `var.<name>`, and what to say when it is false. */
interface Rule {
  readonly condition: string;
  readonly errorMessage: string;
}

/** A string variable, pre-filled from the settings where they give it; without a default Terraform asks for it by name. */
export function stringVariable(
  scope: Construct,
  settings: Settings,
  name: string,
  description: string,
  options: { readonly default?: string | null; readonly rules?: readonly Rule[] } = {},
): TerraformVariable {
  const fallback = settings.variableDefaults[name] ?? options.default;
  const variable = new TerraformVariable(scope, name, {
    type: 'string',
    description,
    nullable: fallback === null,
    default: fallback ?? undefined,
    validation: options.rules?.map((rule) => ({ ...rule })),
  });
  // TerraformVariable of cdktf 0.21 cannot write a default of null.
  if (fallback === null) variable.addOverride('default', null);
  return variable;
}

/** A whole number within bounds, and not below other variables where these are named. */
export function wholeNumberVariable(
  scope: Construct,
  name: string,
  description: string,
  bounds: {
    readonly minimum: number;
    readonly maximum: number;
    readonly default: number;
    readonly notBelow?: readonly string[];
  },
): TerraformVariable {
  const value = `var.${name}`;
  return new TerraformVariable(scope, name, {
    type: 'number',
    description,
    default: bounds.default,
    nullable: false,
    validation: [
      {
        condition: `\${${value} == floor(${value}) && ${value} >= ${bounds.minimum} && ${value} <= ${bounds.maximum}}`,
        errorMessage: `${name} must be a whole number from ${bounds.minimum} to ${bounds.maximum}.`,
      },
      ...(bounds.notBelow ?? []).map((other) => ({
        condition: `\${${value} >= var.${other}}`,
        errorMessage: `${name} must be at least ${other}.`,
      })),
    ],
  });
}

/** A list of mail addresses, pre-filled from a comma-separated setting. */
export function emailListVariable(
  scope: Construct,
  settings: Settings,
  name: string,
  description: string,
): TerraformVariable {
  return new TerraformVariable(scope, name, {
    type: 'list(string)',
    description,
    nullable: false,
    default: (settings.variableDefaults[name] ?? '')
      .split(',')
      .map((email) => email.trim())
      .filter((email) => email !== ''),
    validation: [
      {
        condition: `\${alltrue([for email in var.${name} : can(regex("^[^@[:space:]]+@[^@[:space:]]+$", email))])}`,
        errorMessage: `${name} must hold mail addresses, such as ops@example.com.`,
      },
    ],
  });
}

/** Names of availability zones, as many as the network has, or none. */
export function zonesVariable(scope: Construct, name: string, description: string, count: number): TerraformVariable {
  return new TerraformVariable(scope, name, {
    type: 'list(string)',
    description,
    nullable: false,
    default: [],
    validation: [
      {
        condition: `\${length(var.${name}) == 0 || length(distinct(var.${name})) == ${count}}`,
        errorMessage: `${name} must name ${count} different zones, or none.`,
      },
    ],
  });
}

/** A list of resource ids with no default. */
export function idListVariable(scope: Construct, name: string, description: string): TerraformVariable {
  return new TerraformVariable(scope, name, {
    type: 'list(string)',
    description,
    nullable: false,
    validation: [{ condition: `\${length(var.${name}) > 0}`, errorMessage: `${name} must name at least one.` }],
  });
}

/**
 * A value that lives only while Terraform runs: in neither plan nor state (Terraform 1.10 and later). It may only be
 * given to write-only arguments.
 */
export function ephemeralVariable(scope: Construct, name: string, description: string): TerraformVariable {
  const variable = new TerraformVariable(scope, name, {
    type: 'string',
    description,
    sensitive: true,
    nullable: false,
  });
  // TerraformVariable of cdktf 0.21 has no such field.
  variable.addOverride('ephemeral', true);
  return variable;
}

/** A rule: the whole value matches an RE2 pattern. */
export function matches(name: string, pattern: string, what: string): Rule {
  return {
    condition: `\${can(regex(${JSON.stringify(pattern)}, var.${name}))}`,
    errorMessage: `${name} must be ${what}.`,
  };
}
