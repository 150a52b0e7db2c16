import { App } from 'cdktf';
import { readSettings, type Settings } from './stacks/settings';

/** Errors that a user can mend by changing a setting, a prop or building: told in one line, without a stack trace. */
const USERS_ERRORS = [
  'InvalidPropError',
  'MissingProgramError',
  'MissingHostAgentError',
  'InvalidArtifactManifestError',
];

const app = new App();

try {
  const settings = readSettings({ env: process.env, context: (key) => app.node.tryGetContext(key) as unknown });
  addStacks(settings);
  app.synth();
} catch (error) {
  if (!isUsersError(error)) throw error;
  console.error(`sandpiper: ${error.message}`);
  process.exitCode = 1;
}

/** Loads only the chosen clouds: a provider's bindings cost more than all the rest. */
function addStacks(settings: Settings): void {
  if (settings.cloud !== 'gcp') {
    const { AwsStack } = require('./stacks/aws-stack') as typeof import('./stacks/aws-stack');
    new AwsStack(app, 'aws-stack', settings);
  }
  if (settings.cloud !== 'aws') {
    const { GcpStack } = require('./stacks/gcp-stack') as typeof import('./stacks/gcp-stack');
    new GcpStack(app, 'gcp-stack', settings);
  }
}

function isUsersError(error: unknown): error is Error {
  return error instanceof Error && USERS_ERRORS.includes(error.name);
}
