import * as fs from 'node:fs';
import * as path from 'node:path';
import { requireTool } from '../../require-tool';
import { mirrorHolds, temporaryDirectory, terraformIn, type Terraform, type TerraformOptions } from '../../terraform';
import { GOOGLE, startGoogleProvider, type GoogleProvider } from './google-provider';
import { loadProviderData } from './provider-data';

/** Terraform with a Google provider, for the tests of one `describe`. */
export interface ProviderSuite {
  /** The stand-in of this suite, started when first asked for. */
  standIn(): Promise<GoogleProvider>;
  /** Terraform in a new directory with `files` in it, with a provider for validate, plan and apply. */
  standInTerraform(files: Files, options?: TerraformOptions): Promise<Terraform>;
  /** The same, with the real provider where a mirror holds it: for validate and plan only. */
  planningTerraform(files: Files, options?: TerraformOptions): Promise<Terraform>;
}

/** Contents by file name; what is not text becomes JSON. */
export type Files = Readonly<Record<string, string | object>>;

/**
 * Says at the top of a `describe` that its tests need Terraform and a Google provider. Without Terraform the tests are skipped;
 * with `CI=true` they fail. Directories and the provider go when the tests have run.
 */
export function requireGoogleProvider(): ProviderSuite {
  requireTool('terraform');
  const directories: string[] = [];
  let started: Promise<GoogleProvider> | undefined;
  afterAll(async () => {
    await (await started)?.stop();
    for (const directory of directories) fs.rmSync(directory, { recursive: true, force: true });
  });
  const directoryOf = (files: Files) => {
    const directory = temporaryDirectory('gcp');
    directories.push(directory);
    for (const [name, content] of Object.entries(files)) {
      fs.writeFileSync(path.join(directory, name), typeof content === 'string' ? content : JSON.stringify(content));
    }
    return directory;
  };
  const standIn = () => (started ??= startGoogleProvider(loadProviderData()));
  const standInTerraform = async (files: Files, options: TerraformOptions = {}) => {
    const { environment } = await standIn();
    return terraformIn(directoryOf(files), {
      reattached: [GOOGLE],
      ...options,
      environment: { ...environment, ...options.environment },
    });
  };
  const planningTerraform = async (files: Files, options: TerraformOptions = {}) =>
    mirrorHolds(GOOGLE)
      ? terraformIn(directoryOf(files), { ...options, environment: { ...NO_ACCOUNT, ...options.environment } })
      : standInTerraform(files, options);
  return { standIn, standInTerraform, planningTerraform };
}

/** Keeps the real provider from looking for credentials: a plan of new resources asks Google nothing. */
const NO_ACCOUNT = { GOOGLE_OAUTH_ACCESS_TOKEN: 'none' };
