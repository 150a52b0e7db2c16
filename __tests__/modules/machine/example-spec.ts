import type { MachineSpec } from '../../../contracts/machine-spec';

/** A whole spec, with what a test wants different. */
export function exampleSpec(changes: Partial<MachineSpec> = {}): MachineSpec {
  return {
    schemaVersion: 1,
    cloud: 'aws',
    region: 'eu-central-1',
    service: 'user-api',
    environmentName: 'test',
    profile: 'service',
    hostAgent: { bucket: 'artifacts', key: 'host-agent/agent', sha256: 'a'.repeat(64) },
    artifact: { bucket: 'artifacts', key: 'user-api/program', sha256: 'b'.repeat(64), kind: 'binary' },
    command: ['./program'],
    variables: { PORT: '3000' },
    secrets: [{ variable: 'APP_JWT_SECRET', id: 'jwt', version: '1' }],
    port: 3000,
    health: { path: '/healthz', expectedStatus: 204 },
    drainSeconds: 30,
    logs: { logGroup: '/sandpiper/test' },
    ...changes,
  };
}
