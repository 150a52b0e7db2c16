import type { Settings } from '../../../stacks/settings';
import { checkAccount, type AccountCheck } from '../account-checks';
import type { Result } from '../check';
import { givenValues } from '../given-values';
import type { Stack } from '../../plan/synthesized';
import { needed, type Values } from '../values';
import { awsClients, closeClients, readIdentity, type AwsAccount } from './account';
import { artifacts } from './artifacts';
import { certificate } from './certificate';
import { image } from './image';
import { instanceTypes } from './instance-types';
import { network } from './network';
import { permissions } from './permissions';
import { quotas } from './quotas';
import { region } from './region';
import { serviceRoles } from './service-roles';
import { zone } from './zone';

/** What is read of an AWS account, in the order of the table. */
const CHECKS: readonly AccountCheck<AwsAccount>[] = [
  { name: 'region', look: region },
  { name: 'values', look: ({ stack, values }) => givenValues('aws', stack, values) },
  { name: 'permissions', look: permissions },
  { name: 'service-linked roles', look: serviceRoles },
  { name: 'network', look: network },
  { name: 'zone', look: zone },
  { name: 'certificate', look: certificate },
  { name: 'image', look: image },
  { name: 'instance types', look: instanceTypes },
  { name: 'artifacts', look: artifacts },
  { name: 'quotas', look: quotas },
];

/** Reads the account that the SDK's credentials belong to. Writes nothing. */
export async function preflightAws(
  settings: Settings,
  values: Values,
  synthesize: () => Promise<Stack>,
): Promise<Result[]> {
  const clients = awsClients(values.aws_region || undefined);
  const enter = async (signal: AbortSignal) => {
    const { identity, finding } = await readIdentity(clients, signal);
    if (identity === undefined) return { finding };
    const account = (stack: Promise<Stack>): AwsAccount => ({
      settings,
      values,
      clients,
      identity,
      stack,
      region: () => needed(values, 'aws_region'),
    });
    return { finding, account };
  };
  try {
    return await checkAccount(enter, synthesize, CHECKS);
  } finally {
    closeClients(clients);
  }
}
