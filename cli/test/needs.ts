import { provisionDebian } from '../provision/debian';
import type { DebianNeed } from '../provision/debian-packages';
import { provisionGo } from '../provision/go';
import { checkov, moto, providePythonTool } from '../provision/python-tools';
import { provisionTerraform } from '../provision/terraform';

/** What the tests need beside npm's packages. */
export const testNeeds: readonly { readonly name: string; readonly provide: () => Promise<unknown> }[] = [
  { name: 'Go', provide: provisionGo },
  { name: 'Terraform', provide: provisionTerraform },
  { name: 'moto', provide: () => providePythonTool(moto) },
  { name: 'checkov', provide: () => providePythonTool(checkov) },
  ...(['boot'] satisfies DebianNeed[]).map((need) => ({ name: need, provide: () => provisionDebian([need]) })),
];
