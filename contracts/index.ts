/**
 * What constructs and programs agree on, as plain data: the settings that the programs read, the metrics that they publish, how jobs end. For
 * code that runs a gateway or a runner of its own, or that reads their metrics.
 */
export { engineSettings } from './engine-settings';
export { gatewaySettings } from './gateway-settings';
export { runnerSettings } from './runner-settings';
export { defaultsOf, type Setting, type SettingTable, type ValueOf, type ValuesOf } from './setting';
export {
  DEMAND_METRICS,
  DEMAND_NAMESPACE,
  JOB_METRICS,
  SPOT_SLOTS_WANTED,
  type DemandMetric,
  type JobMetric,
} from './metrics';
export type { DemandDestination } from './demand-destination';
export { ERROR_CODES, EXIT_REASONS, JOB_OUTCOMES } from './outcomes';
export {
  readArtifactManifest,
  InvalidArtifactManifestError,
  type ArtifactManifest,
  type PushedImage,
  type PushedObject,
} from './artifact-manifest';
export type { MachineSpec, StoredObject } from './machine-spec';
