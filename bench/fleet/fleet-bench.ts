// First: the stacks below deploy programs that need not be built here.
import './stand-in-programs';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { projectDirectory } from '../../tools/provision/project';
import { AwsStack } from '../../stacks/aws-stack';
import { GcpStack } from '../../stacks/gcp-stack';
import { readPlan, type Plan } from './plan';
import { plannedFleet, tellsLaw, type PlannedFleet } from './planned-fleet';
import { makeReport, shortReport } from './report';
import { synthesizedStack } from './synthesize';
import { traces } from './traces';

/**
 * node bench/run.js fleet
 *   replays the arrival traces through fleets that are sized by different policies, and writes docs/scaling.md and its pictures.
 * node bench/run.js fleet --plan aws.json [--plan gcp.json]
 *   prints burst and diurnal for the fleets of these plans (`terraform show -json`, or cdk.tf.json).
 */
const synthesized = {
  aws: (): Plan => readPlan('aws-stack', synthesizedStack('aws-stack', AwsStack)),
  gcp: (): Plan => readPlan('gcp-stack', synthesizedStack('gcp-stack', GcpStack)),
};

function main(args: readonly string[]): void {
  const files = args.filter((_, index) => args[index - 1] === '--plan');
  if (args.length !== 2 * files.length) throw new Error('usage: node bench/run.js fleet [--plan file]...');
  if (files.length > 0) {
    console.log(shortReport(files.map(fleetOfFile), [traces.burst!(), traces.diurnal!()]));
    return;
  }
  const { text, pictures } = makeReport([plannedFleet(synthesized.aws()), plannedFleet(synthesized.gcp())]);
  const directory = path.join(projectDirectory, 'docs/scaling');
  fs.mkdirSync(directory, { recursive: true });
  for (const [name, svg] of pictures) fs.writeFileSync(path.join(directory, name), svg);
  fs.writeFileSync(path.join(projectDirectory, 'docs/scaling.md'), text);
  console.log(text);
}

function fleetOfFile(file: string): PlannedFleet {
  const plan = readPlan(file, readJson(file));
  if (tellsLaw(plan)) return plannedFleet(plan);
  const cloud = plan.resources.some(({ type }) => type.startsWith('aws_')) ? 'aws' : 'gcp';
  console.error(
    `${file} does not hold the boot scripts (they name what is known after apply): what the programs are told is read from the synthesized stack`,
  );
  return plannedFleet(plan, synthesized[cloud]());
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`--plan ${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
