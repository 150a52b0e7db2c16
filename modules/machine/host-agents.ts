import { InvalidPropError } from '../props/invalid-prop';
import { checkPushed, type Architecture, type PushedFile } from './artifact';

/** Host agents in the bootstrap bucket, by the architecture that they were built for. */
export type HostAgents = Readonly<Partial<Record<Architecture, PushedFile>>>;

/** @throws InvalidPropError unless each is named by a content-addressed key */
export function checkHostAgents(hostAgents: HostAgents = {}): void {
  for (const [architecture, file] of Object.entries(hostAgents)) checkPushed(`hostAgents.${architecture}`, file);
}

/**
 * The host agent of machines of one architecture; undefined: the stack uploads its own.
 *
 * @throws InvalidPropError when others are named, and none of this architecture: it would be uploaded unasked
 */
export function pushedHostAgent(
  hostAgents: HostAgents | undefined,
  architecture: Architecture,
): PushedFile | undefined {
  if (hostAgents === undefined) return undefined;
  const file = hostAgents[architecture];
  if (file === undefined) {
    throw new InvalidPropError(
      `hostAgents.${architecture}`,
      file,
      `must name the host agent of ${architecture} machines, for there are some; leave hostAgents out to have all uploaded`,
    );
  }
  return file;
}
