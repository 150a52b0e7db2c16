import { ProjectService } from '@cdktf/provider-google/lib/project-service';
import { Aspects, dependable, TerraformResource } from 'cdktf';
import { Construct, type IConstruct } from 'constructs';

/** The API that a resource type is made through: the longest prefix that fits. Every platform has these. */
const API_OF_PREFIX: readonly (readonly [string, string])[] = [
  ['google_certificate_manager_', 'certificatemanager.googleapis.com'],
  ['google_compute_', 'compute.googleapis.com'],
  ['google_dns_', 'dns.googleapis.com'],
  ['google_logging_', 'logging.googleapis.com'],
  ['google_monitoring_', 'monitoring.googleapis.com'],
  ['google_project_iam_', 'cloudresourcemanager.googleapis.com'],
  ['google_secret_manager_', 'secretmanager.googleapis.com'],
  ['google_service_account', 'iam.googleapis.com'],
  ['google_storage_', 'storage.googleapis.com'],
];

/** The same of what only a playground has: {@link GoogleApis.enable} switches them on. */
const MORE_APIS: typeof API_OF_PREFIX = [
  ['google_memorystore_', 'memorystore.googleapis.com'],
  ['google_network_connectivity_', 'networkconnectivity.googleapis.com'],
  ['google_pubsub_', 'pubsub.googleapis.com'],
];

/**
 * The Google APIs of the project that the platform needs. They are switched on before the first resource of each is made,
 * and stay on when the platform is destroyed: others in the project may use them.
 */
export class GoogleApis extends Construct {
  private readonly waiting = new Set<IConstruct>();

  constructor(
    scope: Construct,
    id: string,
    private readonly project: string,
  ) {
    super(scope, id);
    for (const [, api] of API_OF_PREFIX) this.enable(api);
    Aspects.of(scope).add({ visit: (node) => this.letWait(node) });
  }

  /** Switches one more API on, once. */
  enable(api: string): ProjectService {
    const name = api.replace('.googleapis.com', '');
    const existing = this.node.tryFindChild(name) as ProjectService | undefined;
    return existing ?? new ProjectService(this, name, { project: this.project, service: api, disableOnDestroy: false });
  }

  /** Makes a resource depend on its API. */
  private letWait(node: IConstruct): void {
    if (!(node instanceof TerraformResource) || node instanceof ProjectService || this.waiting.has(node)) return;
    const api = [...API_OF_PREFIX, ...MORE_APIS].find(([prefix]) => node.terraformResourceType.startsWith(prefix))?.[1];
    if (api === undefined) return;
    this.waiting.add(node);
    node.dependsOn = [...(node.dependsOn ?? []), dependable(this.enable(api))];
  }
}
