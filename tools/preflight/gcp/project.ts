import type { Settings } from '../../../stacks/settings';
import { failed, ok, warning, type Finding } from '../check';
import { wordsOf } from '../run-checks';
import type { Stack } from '../../plan/synthesized';
import type { Values } from '../values';
import { GoogleError, NoCredentials, type Google } from './google';

/** What the checks of a project read from. */
export interface GcpProject {
  readonly settings: Settings;
  readonly values: Values;
  readonly google: Google;
  /** Its id. */
  readonly project: string;
  /** The region, or an CheckSkipped where none is given. */
  region(): string;
  /** The region as Compute Engine has it; asked for once. */
  readonly regionAnswer: (signal: AbortSignal) => Promise<Region | undefined>;
  /** The stack that is to be deployed. Rejects where it could not be synthesized. */
  readonly stack: Promise<Stack>;
}

/** compute.regions.get */
export interface Region {
  readonly status: string;
  /** Self links. */
  readonly zones?: readonly string[];
  readonly quotas?: readonly { readonly metric: string; readonly limit: number; readonly usage: number }[];
}

/** cloudresourcemanager.projects.get, v3. */
interface Project {
  /** `projects/<number>`. */
  readonly name: string;
  readonly projectId: string;
  readonly state: string;
}

const LOGIN = 'gcloud auth application-default login';

/** Whether the credentials work at all, and reach the project. Where they do not, nothing else can be asked. */
export async function readProject(
  google: Google,
  project: string,
  signal: AbortSignal,
): Promise<{ readonly goesOn: boolean; readonly finding: Finding }> {
  try {
    const { name, state } = await google.get<Project>('cloudresourcemanager', `v3/projects/${project}`, signal);
    if (state !== 'ACTIVE') {
      return {
        goesOn: false,
        finding: failed(`project ${project} is ${state}`, `gcloud projects undelete ${project}`),
      };
    }
    return { goesOn: true, finding: ok(`project ${project}, number ${name.replace('projects/', '')}`) };
  } catch (error) {
    return { goesOn: false, ...refused(error, project) };
  }
}

function refused(error: unknown, project: string): { readonly finding: Finding; readonly goesOn?: boolean } {
  const words = wordsOf(error);
  if (error instanceof NoCredentials) {
    const isExpired = /invalid_grant|invalid_rapt|expired|reauth/i.test(words);
    return { finding: failed(isExpired ? `expired: ${words}` : words, LOGIN) };
  }
  if (!(error instanceof GoogleError)) throw error;
  if (error.status === 401) return { finding: failed(words, LOGIN) };
  // The provider asks this API too: it must be on before the first deployment.
  if (error.reason === 'SERVICE_DISABLED') return { goesOn: true, finding: failed(words, error.fix ?? LOGIN) };
  if (error.status === 403 || error.status === 404) {
    return {
      finding: failed(
        `${project} does not exist, or these credentials may not see it: ${words}`,
        `--var gcp_project=, the id of a project; or gcloud projects add-iam-policy-binding ${project} --member=user:YOU --role=roles/owner`,
      ),
    };
  }
  return { goesOn: true, finding: warning(words, LOGIN) };
}

/** The number that Google's own accounts in a project are named by. */
export async function projectNumber({ google, project }: GcpProject, signal: AbortSignal): Promise<string> {
  const { name } = await google.get<Project>('cloudresourcemanager', `v3/projects/${project}`, signal);
  return name.replace('projects/', '');
}
