import type { Machine } from './machine';
import { localHost, type RunnerHost } from './host';

/** The machine that the settings name. What it needs is loaded only where it is used. */
export function openMachine(
  machine: Machine,
  log: (message: string, fields: Readonly<Record<string, unknown>>) => void,
): RunnerHost {
  if (machine.kind === 'local') return localHost;
  if (machine.kind === 'gcp') return (require('./gcp-host') as typeof import('./gcp-host')).gcpHost({ log });
  const { awsHost } = require('./aws-host') as typeof import('./aws-host');
  const { awsMetadata } = require('./aws-metadata') as typeof import('./aws-metadata');
  return awsHost({ ...machine, metadata: awsMetadata(), log });
}
