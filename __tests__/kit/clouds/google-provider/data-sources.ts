import { PROJECT_NUMBER, emptyValue } from './computed-values';
import { isObject, type Value, type ValueObject } from './dynamic-value';
import type { ProviderConfiguration } from './provider-configuration';
import type { ProviderData } from './provider-data';
import { computeLink, textOf } from './resource-id';

type Reader = (config: ValueObject, project: string, region: string) => ValueObject;

/** What is read of the cloud that Terraform did not make. */
const READERS: Readonly<Record<string, Reader>> = {
  google_client_config: (_, project, region) => ({ id: `projects/${project}/regions/${region}`, project, region }),
  google_compute_image: (config, project) => {
    const name = textOf(config, 'name') || `${textOf(config, 'family')}-v20260101`;
    const id = `projects/${textOf(config, 'project') || project}/global/images/${name}`;
    return { id, name, self_link: computeLink(id) };
  },
  google_compute_network: (config, project) => linked(`projects/${project}/global/networks/${textOf(config, 'name')}`),
  google_compute_subnetwork: (config, project, region) => ({
    ...linked(`projects/${project}/regions/${region}/subnetworks/${textOf(config, 'name')}`),
    ip_cidr_range: '10.0.0.0/20',
  }),
  google_compute_zones: (config, project, region) => {
    const place = textOf(config, 'region') || region;
    return { id: `projects/${project}/regions/${place}`, names: ['a', 'b', 'c'].map((zone) => `${place}-${zone}`) };
  },
  google_dns_managed_zone: (config, project) => ({
    id: `projects/${project}/managedZones/${textOf(config, 'name')}`,
    dns_name: 'example.com.',
    visibility: 'public',
  }),
  google_netblock_ip_ranges: (config) => {
    const blocks =
      textOf(config, 'range_type') === 'health-checkers' ? ['35.191.0.0/16', '130.211.0.0/22'] : ['8.8.4.0/24'];
    return { id: 'netblock-ip-ranges', cidr_blocks: blocks, cidr_blocks_ipv4: blocks };
  },
  google_project: (config, project) => {
    const id = textOf(config, 'project_id') || project;
    return { id: `projects/${id}`, project_id: id, name: id, number: String(PROJECT_NUMBER) };
  },
  google_storage_project_service_account: (_, project) => {
    const email = `service-${PROJECT_NUMBER}@gs-project-accounts.iam.gserviceaccount.com`;
    return { id: email, email_address: email, member: `serviceAccount:${email}`, project };
  },
};

const linked = (id: string): ValueObject => ({ id, self_link: computeLink(id) });

/** Reads a data source: what this file knows of it, else empty values. */
export function readDataSource(
  data: ProviderData,
  provider: ProviderConfiguration,
  type: string,
  config: Value,
): Value {
  const given = isObject(config) ? config : {};
  const attributes = data.dataSources[type]?.block.attributes ?? {};
  const project = textOf(given, 'project') || (provider.project ?? '');
  const found = READERS[type]?.(given, project, provider.region ?? '') ?? {};
  const computed = Object.entries(attributes)
    .filter(([name, { computed: decided }]) => decided === true && (given[name] ?? null) === null)
    .map(([name, { type: attributeType }]): [string, Value] => [
      name,
      found[name] ?? (name === 'project' ? project : emptyValue(attributeType)),
    ]);
  return { ...given, ...Object.fromEntries(computed) };
}
