import { provisionDebian } from '../provision/debian';
import type { DebianNeed } from '../provision/debian-packages';
import { provisionElasticMq } from '../provision/elasticmq';
import { provisionGo } from '../provision/go';
import { checkov, moto, providePythonTool } from '../provision/python-tools';
import { provisionMermaid } from '../provision/mermaid';
import { provisionRunsc } from '../provision/runsc';
import { provisionTerraform } from '../provision/terraform';
import { provisionToolchains } from '../provision/toolchains';
import { catalogue } from '../provision/catalogue';
import { selectVersions } from '../../services/languages/selection';

/** What the tests need beside npm's packages. */
export const testNeeds: readonly { readonly name: string; readonly provide: () => Promise<unknown> }[] = [
  { name: 'Go', provide: provisionGo },
  { name: 'Terraform', provide: provisionTerraform },
  { name: 'moto', provide: () => providePythonTool(moto) },
  { name: 'checkov', provide: () => providePythonTool(checkov) },
  ...(
    ['boot', 'machines', 'sandbox', 'abuse', 'crun', 'images', 'registry', 'redis', 'page'] satisfies DebianNeed[]
  ).map((need) => ({
    name: need,
    provide: () => provisionDebian([need]),
  })),
  { name: 'ElasticMQ', provide: provisionElasticMq },
  { name: 'Mermaid', provide: provisionMermaid },
  { name: 'gVisor', provide: provisionRunsc },
  { name: 'the toolchains of the languages', provide: provideLanguages },
];

/** The toolchains of the languages whose self-tests are run. */
function provideLanguages(): Promise<void> {
  const selected = selectVersions(catalogue(), process.env.SANDPIPER_LANGUAGES ?? 'core');
  return provisionToolchains(selected);
}
