import { isObject, type Value } from './dynamic-value';

/** What the `provider "google"` block says of every resource. */
export interface ProviderConfiguration {
  readonly project?: string;
  readonly region?: string;
  readonly zone?: string;
  readonly defaultLabels: Readonly<Record<string, string>>;
}

/** The label that the provider puts on everything, unless it is told not to. */
const ATTRIBUTION_LABEL = { 'goog-terraform-provisioned': 'true' };

export function readProviderConfiguration(config: Value): ProviderConfiguration {
  const given = isObject(config) ? config : {};
  const text = (name: string) => (typeof given[name] === 'string' && given[name] !== '' ? given[name] : undefined);
  const labels = isObject(given.default_labels) ? (given.default_labels as Record<string, string>) : {};
  const attribution = given.add_terraform_attribution_label === false ? {} : ATTRIBUTION_LABEL;
  return {
    project: text('project'),
    region: text('region'),
    zone: text('zone'),
    defaultLabels: { ...attribution, ...labels },
  };
}
