import { failed, ok, type Finding } from '../check';
import { expiry } from '../expiry';
import { hostNames, uncovered } from '../host-names';
import { needed } from '../values';
import { unlessAbsent } from './google';
import type { GcpProject } from './project';

/** certificatemanager.projects.locations.certificates.get */
interface Certificate {
  readonly sanDnsnames?: readonly string[];
  readonly expireTime?: string;
  readonly scope?: string;
  readonly managed?: { readonly state?: string; readonly domains?: readonly string[] };
}

const IDS = /^projects\/([^/]+)\/locations\/global\/(certificates|certificateMaps)\/[^/]+$/;

/** The existing certificate: there, ready, not expired, for the names. */
export async function certificate(of: GcpProject, signal: AbortSignal): Promise<Finding> {
  const { settings, values, google, project } = of;
  if (settings.certificate === 'managed') return ok('issued by Google when the stack is deployed, proved by the zone');
  const id = needed(values, 'certificate_id');
  const make = `./sandpiper cert import gcp --project ${project}`;
  const kind = IDS.exec(id)?.[2];
  if (kind === undefined)
    return failed(`${JSON.stringify(id)} is no id of Certificate Manager, location global`, `${make} prints one`);
  const found = await unlessAbsent(google.get<Certificate>('certificatemanager', `v1/${id}`, signal));
  if (found === undefined) return failed(`Certificate Manager has no ${id}`, `${make}, and its id as certificate_id`);
  if (kind === 'certificateMaps') return ok(`the map ${id}; what its entries name is not looked at`);
  if (found.managed !== undefined && found.managed.state !== 'ACTIVE') {
    return failed(
      `its state is ${found.managed.state ?? 'unknown'}`,
      `gcloud certificate-manager certificates describe ${id.split('/').at(-1)} --project ${project} says what it waits for`,
    );
  }
  if (found.scope !== undefined && found.scope !== 'DEFAULT') {
    return failed(`its scope is ${found.scope}: a global load balancer takes DEFAULT only`, make);
  }
  const names = settings.hasDomain ? hostNames(settings, needed(values, 'domain')) : [];
  const covered = [...(found.sanDnsnames ?? []), ...(found.managed?.domains ?? [])];
  const missing = uncovered(names, covered);
  if (missing.length > 0)
    return failed(`it does not name ${missing.join(', ')}`, `a certificate for ${missing.join(', ')}`);
  const notAfter = found.expireTime === undefined ? undefined : new Date(found.expireTime);
  return (
    expiry(notAfter, `${make} --certificate ${id.split('/').at(-1)}`) ??
    ok(`for ${covered.join(', ')}, until ${notAfter?.toISOString().slice(0, 10) ?? 'it is renewed'}`)
  );
}
