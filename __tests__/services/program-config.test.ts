import * as fs from 'node:fs';
import * as path from 'node:path';
import { readGatewayConfig } from '../../services/gateway/config';
import { defaultSettings } from '../../services/gateway/settings';
import { readRunnerConfig } from '../../services/runner/config';
import { printSettings } from '../../tools/settings-tables';

const gateway = { PORT: '3000', APP_JWT_SECRET: 's', SANDPIPER_LANGUAGES: '/languages.json' };
const documented = fs.readFileSync(path.join(__dirname, '../../docs/settings.md'), 'utf8');

describe('the environment of the gateway', () => {
  it.each(['PORT', 'APP_JWT_SECRET', 'SANDPIPER_LANGUAGES'])('must have %s', (name) => {
    expect(() => readGatewayConfig({ ...gateway, [name]: undefined })).toThrow(`${name}: is not set`);
  });

  it('gives the defaults where it says nothing: no anonymous callers, no trusted proxy', () => {
    const { settings, adminPort } = readGatewayConfig(gateway);
    expect(settings).toEqual(defaultSettings);
    expect(settings).toMatchObject({ allowAnonymous: false, trustedProxies: 0 });
    expect(adminPort).toBeUndefined();
  });

  it('sets what docs/settings.md lists, in the units it says', () => {
    const { settings } = readGatewayConfig({
      ...gateway,
      SANDPIPER_ALLOW_ANONYMOUS: 'true',
      SANDPIPER_TRUSTED_PROXIES: '2',
      SANDPIPER_ALLOWED_ORIGINS: 'https://a.example,https://b.example',
      SANDPIPER_JOB_BURST: '7',
      SANDPIPER_JOBS_PER_SECOND: '8',
      SANDPIPER_JOBS_PER_USER: '9',
      SANDPIPER_SLOTS: '400',
      SANDPIPER_MEAN_JOB_MS: '1500',
      SANDPIPER_QUEUE_WAIT_SECONDS: '90',
      SANDPIPER_DEADLINE_SECONDS: '600',
      SANDPIPER_RETENTION_SECONDS: '7200',
      SANDPIPER_RESUME_SECONDS: '45',
      SANDPIPER_DRAIN_SECONDS: '25',
    });
    expect(settings).toEqual({
      ...defaultSettings,
      allowAnonymous: true,
      trustedProxies: 2,
      allowedOrigins: ['https://a.example', 'https://b.example'],
      jobBurst: 7,
      jobsPerSecond: 8,
      maximumJobsPerOwner: 9,
      slots: 400,
      meanJobMs: 1_500,
      maximumQueueWaitMs: 90_000,
      jobDeadlineMs: 600_000,
      retentionMs: 7_200_000,
      resumeGraceMs: 45_000,
      drainMs: 25_000,
    });
  });
});

describe('the environment of the runner', () => {
  it('gives gVisor where it says nothing', () => {
    expect(readRunnerConfig({})).toMatchObject({
      runtime: 'runsc',
      runtimeProgram: 'runsc',
      leaseSeconds: 30,
      warm: 4,
    });
  });

  it('is refused by the name of the variable', () => {
    expect(() => readRunnerConfig({ SANDPIPER_RUNTIME: 'docker' })).toThrow(
      'SANDPIPER_RUNTIME: "docker" must be one of runsc, spawner, crun',
    );
    expect(() => readRunnerConfig({ SANDPIPER_LEASE_SECONDS: '9' })).toThrow('SANDPIPER_LEASE_SECONDS: "9" must be');
  });
});

describe('docs/settings.md', () => {
  it('prints the tables of contracts/; `npm run settings:docs` prints them anew', () => {
    expect(printSettings(documented)).toBe(documented);
  });

  it.each(['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_SERVICE_NAME'])(
    'explains %s',
    (name) => expect(documented).toContain(`\`${name}\``),
  );
});

describe('docs/playground.md', () => {
  const page = fs.readFileSync(path.join(__dirname, '../../docs/playground.md'), 'utf8');
  const read = (file: string): string => fs.readFileSync(path.join(__dirname, '../../services', file), 'utf8');
  const metrics = ['gateway', 'runner'].flatMap((program) =>
    [...read(`${program}/metrics.ts`).matchAll(/name: '(sandpiper_[a-z]+)(_[a-z_]+)'/g)].map(([, owner, rest]) => [
      owner!,
      rest!,
    ]),
  );

  it.each(metrics)('explains the metric %s%s', (owner, rest) => {
    const rows = page.split('\n').filter((line) => line.startsWith(`| \`${owner}_`));
    expect(rows.some((row) => row.includes(`${owner}${rest}\``) || row.includes(`\`${rest}\``))).toBe(true);
  });

  it('knows both programs’ metrics', () => expect(metrics.length).toBeGreaterThan(12));
});
