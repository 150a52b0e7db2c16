import { bootTools } from './boot-tools';
import type { Check } from './check';
import { go } from './go';
import { node } from './node';
import { ports } from './ports';
import { motoServer, policyScanner } from './python-tools';
import { gvisor, sandbox } from './sandbox';
import { terraform } from './terraform';

/** What `sandpiper doctor` looks at, in this order. */
export const checks: readonly Check[] = [
  node,
  go,
  terraform,
  ports,
  bootTools,
  motoServer,
  policyScanner,
  sandbox,
  gvisor,
];
