import * as fs from 'node:fs';
import * as path from 'node:path';
import { InvalidPropError } from '../../../modules/props/invalid-prop';
import { readSettings, type Settings } from '../../../stacks/settings';
import { wrongUsage } from '../../failure';
import { projectDirectory } from '../../provision/project';

/** What names a place on the command line; each has a setting of the stacks behind it. */
export interface PlaceOptions {
  readonly application?: string;
  readonly region?: string;
  readonly project?: string;
}

/** Regions of both clouds: `eu-central-1`, `us-gov-west-1`, `europe-west3`. */
const REGION = /^[a-z]{2,}(-[a-z]+)+-?\d{1,2}$/;
/** Google Cloud, "Creating and managing projects": 6 to 30 characters. */
const PROJECT = /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/;

/** Application and region, as the AWS stack gets them. The SDK may know the region where no setting does. @throws Failure naming what is wrong */
export function awsPlace(options: PlaceOptions): { readonly application: string; readonly region?: string } {
  const { application, variableDefaults } = settings({ APPLICATION: options.application, AWS_REGION: options.region });
  const region = variableDefaults.aws_region;
  return { application, region: region === undefined ? undefined : checked('--region', 'AWS_REGION', region, REGION) };
}

/** Application and project, as the GCP stack gets them. @throws Failure naming what is wrong or missing */
export function gcpPlace(options: PlaceOptions): { readonly application: string; readonly project: string } {
  const { application, variableDefaults } = settings({
    APPLICATION: options.application,
    GCP_PROJECT: options.project,
  });
  return { application, project: checked('--project', 'GCP_PROJECT', variableDefaults.gcp_project, PROJECT) };
}

/** @throws Failure naming what is wrong or missing */
export function gcpRegion(options: PlaceOptions): string {
  const { variableDefaults } = settings({ GCP_REGION: options.region });
  return checked('--region', 'GCP_REGION', variableDefaults.gcp_region, REGION);
}

/** The stacks' own settings: option, then environment, then the `context` of cdktf.json. */
function settings(given: Readonly<Record<string, string | undefined>>): Settings {
  const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const { context = {} } = JSON.parse(fs.readFileSync(path.join(projectDirectory, 'cdktf.json'), 'utf8')) as {
    readonly context?: Readonly<Record<string, unknown>>;
  };
  try {
    return readSettings({ env: { ...process.env, ...options }, context: (key) => context[key] });
  } catch (error) {
    throw error instanceof InvalidPropError ? wrongUsage(error.message) : error;
  }
}

function checked(option: string, setting: string, value: string | undefined, pattern: RegExp): string {
  if (value === undefined) throw wrongUsage(`${option} (or ${setting}) must be given`);
  if (!pattern.test(value))
    throw wrongUsage(`${option} (or ${setting}): ${JSON.stringify(value)} does not look like one`);
  return value;
}
