import { failed, ok, unread, CheckSkipped, warning, type Finding } from '../check';
import { wordsOf } from '../run-checks';
import { some } from '../some';
import type { Stack } from '../../plan/synthesized';
import { PERMISSIONS_OF_DATA, PERMISSIONS_OF_TYPE } from '../../plan/resource-types/gcp';
import type { GcpProject } from './project';

/** What a stack asks of IAM, by the service whose permissions they are, and the types of which that is not known. */
export function permissionsOf({ resources, data }: Stack): {
  readonly byService: ReadonlyMap<string, readonly string[]>;
  readonly unknown: string[];
} {
  const all = new Set<string>();
  const unknown = new Set<string>();
  const add = (types: Stack['resources'], known: Readonly<Record<string, readonly string[]>>): void => {
    for (const { type } of types) {
      if (known[type] === undefined) unknown.add(type);
      else known[type].forEach((permission) => all.add(permission));
    }
  };
  add(resources, PERMISSIONS_OF_TYPE);
  add(data, PERMISSIONS_OF_DATA);
  const byService = new Map<string, string[]>();
  for (const permission of [...all].sort()) {
    const service = permission.split('.')[0]!;
    byService.set(service, [...(byService.get(service) ?? []), permission]);
  }
  return { byService, unknown: [...unknown].sort() };
}

/** A permission that the question cannot be asked of: it is granted on something below or above a project only. */
const NOT_ASKED = /Permission (\S+) is not valid/;

/**
 * Whether the credentials may make what the stack is made of. Each service is asked of by itself, so that one that refuses hides no other.
 */
export async function permissions(of: GcpProject, signal: AbortSignal): Promise<readonly Finding[]> {
  const { byService, unknown } = permissionsOf(await of.stack);
  const answers = await Promise.all([...byService].map(([service, those]) => ask(of, service, those, signal)));
  const held = new Set(answers.flatMap((answer) => answer.held));
  const asked = answers.flatMap((answer) => answer.asked);
  const missing = asked.filter((permission) => !held.has(permission)).sort();
  const findings = answers.flatMap((answer) => answer.refused ?? []);
  if (missing.length > 0) {
    const { project } = of;
    findings.unshift({
      ...failed(
        `${missing.length} of ${asked.length} are missing: ${some(missing)}`,
        `gcloud projects add-iam-policy-binding ${project} --member=user:YOU --role=ROLE, of a role that holds them (roles/owner holds all)`,
      ),
      details: missing,
    });
  } else if (asked.length > 0) {
    findings.unshift(ok(`all ${asked.length} that the stack needs are held`));
  }
  if (unknown.length > 0) {
    const fix = 'add them to tools/plan/resource-types/gcp.ts';
    findings.push(warning(`not known what these need: ${unknown.join(', ')}`, fix));
  }
  return findings;
}

/** What is held of a service's permissions. Those that a project cannot be asked of are left out, one by one as Google names them. */
async function ask(
  { google, project }: GcpProject,
  service: string,
  permissions: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly held: readonly string[]; readonly asked: readonly string[]; readonly refused?: Finding }> {
  const left = new Set(permissions);
  const refused = (): Finding | undefined => {
    const without = permissions.filter((permission) => !left.has(permission));
    return without.length === 0
      ? undefined
      : unread(`a project cannot be asked for ${without.join(', ')}`, 'see that a role of yours holds them');
  };
  for (;;) {
    const asked = [...left];
    try {
      const path = `v3/projects/${project}:testIamPermissions`;
      const answer = await google.ask<{ permissions?: string[] }>(
        'cloudresourcemanager',
        path,
        { permissions: asked },
        signal,
      );
      return { held: answer.permissions ?? [], asked, refused: refused() };
    } catch (error) {
      const words = wordsOf(error);
      const one = NOT_ASKED.exec(words)?.[1];
      if (one !== undefined && left.delete(one) && left.size > 0) continue;
      const fix = error instanceof CheckSkipped ? error.fix : undefined;
      return { held: [], asked: [], refused: unread(`${permissions.length} of ${service}: ${words}`, fix) };
    }
  }
}
