/** Whose demand a gateway publishes, and where it goes. */
export interface DemandDestination {
  readonly service: 'cloudwatch' | 'monitoring';
  /** Google's project; absent with CloudWatch. */
  readonly project?: string;
  readonly region: string;
  /** `<application>-<environment>`. */
  readonly environment: string;
  readonly fleet: string;
}

/** The forms of its text, to follow "must be". */
export const DEMAND_DESTINATION_FORMS =
  'cloudwatch:<region>/<application>-<environment>/<fleet> or monitoring:<project>/<region>/<application>-<environment>/<fleet>';

const FORM =
  /^(?:(cloudwatch):|(monitoring):([a-z][a-z0-9.:-]*)\/)([a-z]+(?:-[a-z0-9]+)+)\/([A-Za-z0-9-]+)\/([A-Za-z0-9-]+)$/;

/** @returns undefined where the text has none of {@link DEMAND_DESTINATION_FORMS} */
export function parseDemandDestination(text: string): DemandDestination | undefined {
  const [, cloudwatch, , project, region, environment, fleet] = FORM.exec(text) ?? [];
  if (region === undefined || environment === undefined || fleet === undefined) return undefined;
  return { service: cloudwatch === undefined ? 'monitoring' : 'cloudwatch', project, region, environment, fleet };
}

/** The text that {@link parseDemandDestination} reads. */
export function printDemandDestination({ service, project, region, environment, fleet }: DemandDestination): string {
  const place = project === undefined ? region : `${project}/${region}`;
  return `${service}:${place}/${environment}/${fleet}`;
}
