import { caa } from '../../../tools/preflight/caa';
import { failed, ok, unread, CheckSkipped, warning } from '../../../tools/preflight/check';
import { expiry } from '../../../tools/preflight/expiry';
import { uncovered } from '../../../tools/preflight/host-names';
import { pushedObjects } from '../../../tools/preflight/pushed-objects';
import { compare } from '../../../tools/preflight/quota';
import { formatReport, hasPassed } from '../../../tools/preflight/report';
import { runChecks } from '../../../tools/preflight/run-checks';
import { listOf, readValues } from '../../../tools/preflight/values';
import { readSettings } from '../../../stacks/settings';

describe('the report', () => {
  const results = [
    { ...ok('account 1'), check: 'credentials' },
    { ...failed('no zone example.com', 'aws route53 create-hosted-zone --name example.com'), check: 'zone' },
    { ...unread('AccessDenied: no'), check: 'quota: VPCs' },
    { ...warning('soon', 'renew it'), check: 'certificate' },
  ];

  it('shows each check, what was found, and below it the fix', () => {
    expect(formatReport(results)).toBe(
      [
        '                   check        found',
        'ok                 credentials  account 1',
        'FAILED             zone         no zone example.com',
        '                                fix: aws route53 create-hosted-zone --name example.com',
        'could not be read  quota: VPCs  AccessDenied: no',
        'warning            certificate  soon',
        '                                fix: renew it',
        '',
        '1 ok, 1 warning, 1 failed, 1 could not be read. Nothing was changed.',
      ].join('\n'),
    );
  });

  it('fails by what failed, and by nothing else', () => {
    expect(hasPassed(results)).toBe(false);
    expect(hasPassed(results.filter(({ state }) => state !== 'failed'))).toBe(true);
  });
});

describe('running checks', () => {
  it('lets one that throws, and one that never ends, hide no other', async () => {
    let aborted = false;
    const results = await runChecks(
      [
        { name: 'throws', look: () => Promise.reject(Object.assign(new Error('not yours'), { name: 'AccessDenied' })) },
        { name: 'says why', look: () => Promise.reject(new CheckSkipped('nothing is given', '--var x=')) },
        {
          name: 'never ends',
          look: (signal) => new Promise(() => signal.addEventListener('abort', () => (aborted = true))),
        },
        { name: 'two', look: () => Promise.resolve([ok('a'), ok('b', 'its own name')]) },
        { name: 'no way', look: () => fetch('http://127.0.0.1:1/').then(() => ok('?')) },
      ],
      0.2,
    );
    expect(results).toMatchObject([
      { check: 'throws', state: 'could not be read', found: 'AccessDenied: not yours' },
      { check: 'says why', state: 'could not be read', found: 'nothing is given', fix: '--var x=' },
      { check: 'never ends', state: 'could not be read', found: 'no answer in 0.2 s' },
      { check: 'two', state: 'ok', found: 'a' },
      { check: 'its own name', state: 'ok', found: 'b' },
      { check: 'no way', state: 'could not be read' },
    ]);
    expect(aborted).toBe(true);
  });
});

describe('values', () => {
  const settings = readSettings({ env: { DOMAIN: 'a.example', AWS_REGION: 'eu-west-1' }, context: () => undefined });

  it('come from options before the environment, and from that before the settings', () => {
    expect(
      readValues(settings, ['domain=c.example', 'x=a=b'], { TF_VAR_domain: 'b.example', TF_VAR_zone: 'z' }),
    ).toEqual({
      domain: 'c.example',
      aws_region: 'eu-west-1',
      zone: 'z',
      x: 'a=b',
    });
    expect(() => readValues(settings, ['domain'], {})).toThrow('--var: "domain" must be name=value');
  });

  it('may be lists', () => {
    expect(listOf({ ids: '["a", "b"]' }, 'ids')).toEqual(['a', 'b']);
    for (const ids of ['a', '[]', '[1]']) expect(() => listOf({ ids }, 'ids')).toThrow('ids is no list of ids');
  });
});

describe('a quota', () => {
  const of = (limit: number, used: number) =>
    compare({ what: 'things', minimum: 2, maximum: 6 }, { limit, used }, (wanted) => `ask for ${wanted}`);

  it('is enough, enough to start with, or too small', () => {
    expect(of(8, 2)).toMatchObject({ state: 'ok', check: 'quota: things' });
    expect(of(7, 2)).toMatchObject({ state: 'warning', fix: 'ask for 8' });
    expect(of(3, 2)).toMatchObject({ state: 'failed', found: 'needs 2 to start, 6 at most; 2 of 3 in use, 1 left' });
    expect(of(1, 2)).toMatchObject({ state: 'failed', found: expect.stringContaining('0 left') });
  });
});

describe('a certificate', () => {
  it('covers one label by a wildcard', () => {
    const names = ['a.example.com', 'b.a.example.com'];
    expect(uncovered(names, ['*.Example.com'])).toEqual(['b.a.example.com']);
    expect(uncovered(names, ['a.example.com', '*.a.example.com'])).toEqual([]);
  });

  it('is told of before it ends', () => {
    const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);
    expect(expiry(inDays(-1), 'renew')).toMatchObject({ state: 'failed' });
    expect(expiry(inDays(10), 'renew')).toMatchObject({ state: 'warning', fix: 'renew' });
    expect(expiry(inDays(60), 'renew')).toBeUndefined();
    expect(expiry(undefined, 'renew')).toBeUndefined();
  });

  it('may be issued as the closest CAA records say', () => {
    const verdict = (records: Record<string, string[]>) =>
      caa((name) => records[name], ['a.dev.example.com'], 'example.com', ['amazon.com']);
    const others = ['0 issue "letsencrypt.org"'];
    expect(verdict({})).toMatchObject({ state: 'ok', found: expect.stringContaining('none') });
    expect(verdict({ 'example.com': others })).toMatchObject({ state: 'failed' });
    expect(verdict({ 'example.com': others, 'dev.example.com': ['0 issue "amazon.com"'] })).toMatchObject({
      state: 'ok',
    });
    expect(verdict({ 'example.com': ['0 issue ";"'] })).toMatchObject({ state: 'failed' });
    expect(verdict({ 'example.com': ['0 iodef "mailto:a@example.com"'] })).toMatchObject({ state: 'ok' });
    // Above the zone is somebody else's.
    expect(verdict({ com: others })).toMatchObject({ state: 'ok' });
  });
});

it('says that nothing was built', async () => {
  const commands = { bootstrap: './sandpiper bootstrap aws', push: './sandpiper push aws' };
  const reader = { ...commands, bucket: 'b', exists: () => Promise.resolve(true), size: () => Promise.resolve(1) };
  const playground = { artifacts: 'uploaded', architecture: 'x64', playground: true } as const;
  const programs = { artifacts: 'pushed', architecture: 'x64', playground: false } as const;
  for (const [needs, build] of [
    [playground, './sandpiper build --playground'],
    [programs, './sandpiper build'],
  ] as const) {
    const fix = `${build}, then ./sandpiper push aws`;
    const nowhere = '/nowhere/manifest.json';
    expect(await pushedObjects(reader, needs, { playground: nowhere, programs: nowhere })).toMatchObject([
      { check: 'bootstrap bucket', state: 'ok' },
      { state: 'failed', fix },
    ]);
    expect(await pushedObjects(reader, needs, { playground: __filename, programs: __filename })).toMatchObject([
      { state: 'ok' },
      { state: 'failed', fix },
    ]);
  }
});
