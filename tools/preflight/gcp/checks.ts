import type { Settings } from '../../../stacks/settings';
import { checkAccount, type AccountCheck } from '../account-checks';
import { failed, type Result } from '../check';
import { givenValues } from '../given-values';
import type { Stack } from '../../plan/synthesized';
import { needed, type Values } from '../values';
import { apis } from './apis';
import { artifacts } from './artifacts';
import { billing } from './billing';
import { certificate } from './certificate';
import { google as connect, unlessAbsent, type GoogleOptions } from './google';
import { image } from './image';
import { machineTypes } from './machine-types';
import { network } from './network';
import { orgPolicies } from './org-policies';
import { permissions } from './permissions';
import { readProject, type GcpProject, type Region } from './project';
import { quotas } from './quotas';
import { region } from './region';
import { serviceAgents } from './service-agents';
import { zone } from './zone';

/** What is read of a Google Cloud project, in the order of the table. */
const CHECKS: readonly AccountCheck<GcpProject>[] = [
  { name: 'billing', look: billing },
  { name: 'APIs', look: apis },
  { name: 'region', look: region },
  { name: 'values', look: ({ stack, values }) => givenValues('gcp', stack, values) },
  { name: 'permissions', look: permissions },
  { name: 'service agents', look: serviceAgents },
  { name: 'organization policies', look: orgPolicies },
  { name: 'network', look: network },
  { name: 'zone', look: zone },
  { name: 'certificate', look: certificate },
  { name: 'image', look: image },
  { name: 'machine types', look: machineTypes },
  { name: 'artifacts', look: artifacts },
  { name: 'quotas', look: quotas },
];

/** Reads the project that the values name. Writes nothing. */
export function preflightGcp(
  settings: Settings,
  values: Values,
  synthesize: () => Promise<Stack>,
  options: GoogleOptions = {},
): Promise<Result[]> {
  const project = values.gcp_project ?? '';
  const google = connect(project, options);
  const enter = async (signal: AbortSignal) => {
    if (project === '') return { finding: failed('gcp_project is not given', '--var gcp_project=, or GCP_PROJECT') };
    const { goesOn, finding } = await readProject(google, project, signal);
    if (!goesOn) return { finding };
    let answer: Promise<Region | undefined> | undefined;
    const account = (stack: Promise<Stack>): GcpProject => {
      const name = () => needed(values, 'gcp_region');
      const ask = (its: AbortSignal) =>
        unlessAbsent(google.get<Region>('compute', `compute/v1/projects/${project}/regions/${name()}`, its));
      return {
        settings,
        values,
        google,
        project,
        region: name,
        // An `async` function, so that a region that is not given rejects as any other answer would.
        regionAnswer: async (its) => (answer ??= ask(its)),
        stack,
      };
    };
    return { finding, account };
  };
  return checkAccount(enter, synthesize, CHECKS);
}
