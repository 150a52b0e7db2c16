import { wrongUsage } from '../../failure';

/** Where an image is pulled from. */
export interface Registry {
  /** In place of the one that the reference names, such as `localhost:5000`. @default the reference's own */
  readonly override?: string;
}

/** `docker.io/library/bash:5.2` as skopeo is to ask for it, with another registry in place of its own. */
export function pullReference(reference: string, { override }: Registry, digest?: string): string {
  const slash = reference.indexOf('/');
  const registry = override ?? reference.slice(0, slash);
  const name = reference.slice(slash + 1);
  const repository = name.replace(/:[^/:]+$/, '');
  return digest === undefined ? `docker://${registry}/${name}` : `docker://${registry}/${repository}@${digest}`;
}

/** Plain HTTP is spoken to this machine only. @throws Failure (wrong usage) for a registry that is no host name */
export function tlsOption(option: 'src-tls-verify' | 'tls-verify', { override }: Registry): string[] {
  if (override === undefined) return [];
  if (!/^[a-z0-9.-]+(:\d+)?$/i.test(override)) {
    throw wrongUsage(`--registry: ${JSON.stringify(override)} must be a host name, and a port where it needs one`);
  }
  return /^(localhost|127\.0\.0\.1)(:|$)/.test(override) ? [`--${option}=false`] : [];
}
