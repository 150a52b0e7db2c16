import { refusal, type Diagnostic } from './diagnostic';
import { UNKNOWN, Unknown, isList, isObject, sameValue, type Value, type ValueObject } from './dynamic-value';
import type { BlockSchema, Constraint } from './provider-data';
import type { ProviderConfiguration } from './provider-configuration';

/** What a plan is made of, before the provider's own logic. */
export interface PlanInProgress {
  readonly planned: ValueObject;
  readonly prior?: ValueObject;
  readonly config: ValueObject;
  readonly block: BlockSchema;
}

type Customization = (plan: PlanInProgress, provider: ProviderConfiguration) => ValueObject | Diagnostic;

/** The provider's logic at plan (`CustomizeDiff`) for what the stacks use, by the name of the provider's function. */
const CUSTOMIZATIONS: Readonly<Record<string, Customization>> = {
  DefaultProviderProject: fromProvider('project'),
  DefaultProviderRegion: fromProvider('region'),
  DefaultProviderZone: fromProvider('zone'),
  SetLabelsDiff: labels,
  SetLabelsDiffWithoutAttributionLabel: labels,
  SetAnnotationsDiff: annotations,
  resourceComputeFirewallSourceFieldsCustomizeDiff: firewallSources,
  sslPolicyCustomizeDiff: sslProfile,
  healthCheckCustomizeDiff: healthCheckType,
};

/** Runs a resource's customizations over its plan. */
export function customizePlan(
  type: string,
  constraints: readonly Constraint[],
  provider: ProviderConfiguration,
  plan: PlanInProgress,
): { readonly planned: ValueObject; readonly diagnostics: readonly Diagnostic[] } {
  const names = constraints.flatMap(({ customize_diff = [] }) => customize_diff);
  const diagnostics: Diagnostic[] = [];
  let planned = plan.planned;
  for (const name of new Set(names)) {
    const outcome = CUSTOMIZATIONS[name]?.({ ...plan, planned }, provider) ?? {};
    if (isDiagnostic(outcome)) diagnostics.push({ ...outcome, summary: `${type}: ${outcome.summary}` });
    else planned = { ...planned, ...outcome };
  }
  return { planned, diagnostics };
}

const isDiagnostic = (outcome: ValueObject | Diagnostic): outcome is Diagnostic =>
  'severity' in outcome && 'detail' in outcome;

function fromProvider(name: 'project' | 'region' | 'zone'): Customization {
  return ({ planned, prior, config }, provider) => {
    if (!(name in planned) || (config[name] ?? null) !== null) return {};
    const value = provider[name];
    if (value !== undefined) return { [name]: value };
    if (prior) return {};
    return refusal(`no ${name}`, `${name}: set it on the resource or on the provider`, [name]);
  };
}

/** Labels of the provider and of the resource, as the provider shows them. */
function labels({ planned, prior }: PlanInProgress, provider: ProviderConfiguration): ValueObject {
  if (!('terraform_labels' in planned)) return {};
  const own = planned.labels ?? null;
  if (own instanceof Unknown) return { terraform_labels: UNKNOWN, effective_labels: UNKNOWN };
  const all: Value = { ...provider.defaultLabels, ...(isObject(own) ? own : {}) };
  if (prior && sameValue(prior.terraform_labels, all)) return {};
  return { terraform_labels: all, effective_labels: all };
}

function annotations({ planned }: PlanInProgress): ValueObject {
  return 'effective_annotations' in planned ? { effective_annotations: planned.annotations ?? {} } : {};
}

const given = (value: Value | undefined) => (isList(value) ? value.length > 0 : (value ?? null) !== null);

function firewallSources({ planned, config }: PlanInProgress): ValueObject | Diagnostic {
  if (planned.direction === 'EGRESS') return {};
  const sources = ['source_ranges', 'source_tags', 'source_service_accounts'];
  if (sources.some((name) => given(config[name]))) return {};
  return refusal('no source', `one of ${sources.join(', ')} must be given for ingress`, ['source_ranges']);
}

function sslProfile({ planned, config }: PlanInProgress): ValueObject | Diagnostic {
  const custom = planned.profile === 'CUSTOM';
  if (custom === given(config.custom_features)) return {};
  const detail = custom ? 'must be given when profile is CUSTOM' : 'may only be given when profile is CUSTOM';
  return refusal('profile and features', `custom_features ${detail}`, ['custom_features']);
}

function healthCheckType({ planned }: PlanInProgress): ValueObject {
  const kind = ['http', 'https', 'http2', 'tcp', 'ssl', 'grpc', 'grpc_tls'].find((name) =>
    given(planned[`${name}_health_check`]),
  );
  if (kind === undefined) return {};
  return { type: kind === 'grpc_tls' ? 'GRPC_WITH_TLS' : kind.toUpperCase() };
}
