import { SettingError } from '../../program/environment';
import type { Demand } from './demand';
import type { JobFigures } from './job-figures';

/** Where the demand is published. Both calls reject when it was not taken; the next one carries on. */
export interface DemandSink {
  publishDemand(demand: Demand): Promise<void>;
  /** @param figures all since the gateway began; what was published of them is not counted twice */
  publishJobs(figures: JobFigures): Promise<void>;
  close(): void;
}

/** Whose demand it is, and where it goes. */
export interface DemandDestination {
  readonly service: 'cloudwatch' | 'monitoring';
  /** Google's project; absent with CloudWatch. */
  readonly project?: string;
  readonly region: string;
  /** `<application>-<environment>`. */
  readonly environment: string;
  readonly fleet: string;
}

const FORM =
  /^(?:(cloudwatch):|(monitoring):([a-z][a-z0-9.:-]*)\/)([a-z]+(?:-[a-z0-9]+)+)\/([A-Za-z0-9-]+)\/([A-Za-z0-9-]+)$/;

/** @throws SettingError */
export function parseDemandDestination(name: string, value: string): DemandDestination {
  const [, cloudwatch, , project, region, environment, fleet] = FORM.exec(value) ?? [];
  if (region === undefined) {
    throw new SettingError(
      name,
      value,
      'must be cloudwatch:<region>/<application>-<environment>/<fleet> or monitoring:<project>/<region>/<application>-<environment>/<fleet>',
    );
  }
  const service = cloudwatch === undefined ? 'monitoring' : 'cloudwatch';
  return { service, project, region, environment: environment!, fleet: fleet! };
}
