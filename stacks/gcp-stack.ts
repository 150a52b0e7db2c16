import { TerraformOutput, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import { GcpPlatform } from '../modules/gcp/platform';
import { declareCloudValues } from './cloud-values';
import { deployPlayground } from './playground';
import { hostAgents } from './programs';
import type { Settings } from './settings';
import { keepState } from './state';
import { deployUserApi } from './user-api';
import { matches, stringVariable } from './variables';

/** The application on GCP: a global external Application Load Balancer before a regional managed instance group. */
export class GcpStack extends TerraformStack {
  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    keepState(this, settings);
    const project = stringVariable(this, settings, 'gcp_project', 'Id of the Google Cloud project.', {
      rules: [
        matches('gcp_project', '^[a-z]([a-z0-9-]{4,28}[a-z0-9])$', 'a project id (not its number or display name)'),
      ],
    });
    const region = stringVariable(this, settings, 'gcp_region', 'Google Cloud region, such as europe-west3.', {
      rules: [matches('gcp_region', '^[a-z]+-[a-z]+[0-9]+$', 'a Google Cloud region, such as europe-west3')],
    });
    const platform = new GcpPlatform(this, 'platform', {
      application: settings.application,
      environment: settings.environment,
      project: project.stringValue,
      region: region.stringValue,
      deletionProtection: settings.deletionProtection,
      hostAgents: hostAgents(settings),
      existingNetwork: settings.existingNetwork
        ? {
            network: stringVariable(this, settings, 'network', 'Self link or name of an existing VPC network.')
              .stringValue,
            subnetwork: stringVariable(this, settings, 'subnetwork', 'Self link of its subnetwork in the region.')
              .stringValue,
          }
        : undefined,
      existingKeyId: settings.existingKey
        ? stringVariable(this, settings, 'kms_key_id', 'Id of the Cloud KMS key that encrypts everything.').stringValue
        : undefined,
    });
    const values = declareCloudValues(this, settings, {
      zone: () =>
        stringVariable(
          this,
          settings,
          'zone',
          'Name of the Cloud DNS managed zone (not its domain) that holds the domain.',
        ).stringValue,
      certificateId:
        'Certificate Manager certificate, projects/<project>/locations/global/certificates/<name>, such as `./sandpiper cert import gcp` prints.',
    });
    if (settings.operatorAccess === 'cloud-tunnel') {
      new TerraformOutput(this, 'operator_login', {
        value: `gcloud compute ssh <instance> --tunnel-through-iap --project ${project.stringValue} --zone <zone>`,
        description: 'How operators log in to an instance.',
      });
    }
    deployUserApi(this, platform, values);
    if (settings.playground) deployPlayground(this, platform, values);
  }
}
