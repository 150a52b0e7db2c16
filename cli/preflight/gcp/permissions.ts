import { failed, ok, unread, warning, type Finding } from '../check';
import { wordsOf } from '../run-checks';
import { some } from '../some';
import type { Stack } from '../stack';
import { PERMISSIONS_OF_DATA, PERMISSIONS_OF_TYPE } from './permissions-of-types';
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

/**
 * Whether the credentials may make what the stack is made of. Each service is asked of by itself: one permission that the project does not
 * know has a whole request refused.
 */
export async function permissions(of: GcpProject, signal: AbortSignal): Promise<readonly Finding[]> {
  const { google, project, stack } = of;
  const { byService, unknown } = permissionsOf(await stack);
  const wanted = [...byService.values()].flat();
  const held = new Set<string>();
  const findings: Finding[] = [];
  const asked: string[] = [];
  await Promise.all(
    [...byService].map(async ([service, those]) => {
      try {
        const answer = await google.ask<{ permissions?: string[] }>(
          'cloudresourcemanager',
          `v3/projects/${project}:testIamPermissions`,
          { permissions: those },
          signal,
        );
        answer.permissions?.forEach((permission) => held.add(permission));
        asked.push(...those);
      } catch (error) {
        findings.push(unread(`${those.length} of ${service}: ${wordsOf(error)}`, (error as { fix?: string }).fix));
      }
    }),
  );
  const missing = asked.filter((permission) => !held.has(permission)).sort();
  if (missing.length > 0) {
    findings.unshift({
      ...failed(
        `${missing.length} of ${wanted.length} are missing: ${some(missing)}`,
        `gcloud projects add-iam-policy-binding ${project} --member=user:YOU --role=ROLE, of a role that holds them (roles/owner holds all)`,
      ),
      details: missing,
    });
  } else if (asked.length > 0) {
    findings.unshift(ok(`all ${asked.length} of ${byService.size - findings.length} services are held`));
  }
  if (unknown.length > 0) {
    const fix = 'add them to cli/preflight/gcp/permissions-of-types.ts';
    findings.push(warning(`not known what these need: ${unknown.join(', ')}`, fix));
  }
  return findings;
}
