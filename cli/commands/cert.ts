import * as fs from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { InvalidPropError } from '../../modules/props/invalid-prop';
import { checkHostName } from '../../modules/tls-service/host-name';
import { importIntoAcm } from '../../tools/artifacts/cert/aws';
import { importIntoCertificateManager } from '../../tools/artifacts/cert/gcp';
import { selfSigned, type SelfSigned } from '../../tools/artifacts/cert/self-signed';
import { wrongUsage } from '../../tools/failure';

const LONGEST_DAYS = 825;

const HELP = `
The private key goes from memory to the cloud's API and nowhere else: never through Terraform, whose state would keep it
in plain text. Browsers do not trust a self-signed certificate: it is for trying things out, and for load balancers that
only machines of yours reach.`;

interface ImportOptions {
  readonly name: readonly [string, ...string[]];
  readonly days: number;
  readonly out?: string;
}

/** `sandpiper cert import aws|gcp`: a service without a domain still speaks TLS. */
export function command(): Command {
  const cert = new Command('cert').description(
    'Puts a self-signed certificate into a cloud, for a service without a domain.',
  );
  const parent = cert.command('import').description('Makes a self-signed certificate and imports it through the API.');
  withCommonOptions(parent.command('aws'))
    .description('Imports it into AWS Certificate Manager.')
    .option('--region <region>', 'AWS region (default: the SDK’s, such as AWS_REGION)')
    .option('--replace <arn>', 'renew this imported certificate in place')
    .action(async (options: ImportOptions & { region?: string; replace?: string }) => {
      const made = await make(options);
      tellId(await importIntoAcm(made, options), made);
    });
  withCommonOptions(parent.command('gcp'))
    .description('Imports it into Google Certificate Manager; an existing one of the same name is renewed.')
    .requiredOption('--project <project>', 'Google Cloud project')
    .option('--certificate <name>', 'name of the certificate', 'sandpiper-self-signed')
    .action(async (options: ImportOptions & { project: string; certificate: string }) => {
      const made = await make(options);
      const { project, certificate } = options;
      tellId(await importIntoCertificateManager(made, { project, name: certificate }), made);
    });
  return cert;
}

function withCommonOptions(command: Command): Command {
  return command
    .option('--name <host...>', 'host names it is for', ['sandpiper.internal'])
    .option('--days <days>', 'how long it is valid', parseDays, 365)
    .option('--out <file>', 'also write the certificate (not the key) to a file, for clients that are to trust it')
    .addHelpText('after', HELP);
}

async function make({ name, days, out }: ImportOptions): Promise<SelfSigned> {
  try {
    name.forEach((each) => checkHostName('--name', each.replace(/^\*\./, '')));
  } catch (error) {
    throw error instanceof InvalidPropError ? wrongUsage(error.message) : error;
  }
  const made = await selfSigned(name, days);
  if (out !== undefined) fs.writeFileSync(out, made.certificate);
  return made;
}

function tellId(id: string, { notAfter }: SelfSigned): void {
  console.log(`Imported; valid until ${notAfter.toISOString().slice(0, 10)}. Deploy with:

  CERTIFICATE=existing CERTIFICATE_ID='${id}'

and, where the service has no domain, DOMAIN=none.`);
}

function parseDays(text: string): number {
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1 || days > LONGEST_DAYS) {
    throw new InvalidArgumentError(`must be a whole number from 1 to ${LONGEST_DAYS}.`);
  }
  return days;
}
