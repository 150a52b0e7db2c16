import { acceptedMissing, refusals } from '../../../services/sandbox/probe';

describe('guarantees of a sandbox', () => {
  it('that may be missing are read from a setting', () => {
    expect(acceptedMissing({})).toEqual([]);
    expect(acceptedMissing({ SANDPIPER_ACCEPT_MISSING: 'memory, cpu' })).toEqual(['memory', 'cpu']);
    expect(() => acceptedMissing({ SANDPIPER_ACCEPT_MISSING: 'memory,none' })).toThrow(
      'SANDPIPER_ACCEPT_MISSING: "memory,none" must be words of memory, processes, cpu, network, seccomp',
    );
  });

  it('are refused by reason when they are missing, but for those that are accepted', () => {
    const missing = { memory: 'no cgroups', processes: 'no cgroups', seccomp: 'no filter is installed' };
    expect(refusals({ missing }, [])).toEqual([
      'no guarantee of memory, processes (no cgroups)',
      'no guarantee of seccomp (no filter is installed)',
    ]);
    expect(refusals({ missing }, ['memory', 'seccomp'])).toEqual(['no guarantee of processes (no cgroups)']);
    expect(refusals({ missing }, ['memory', 'processes', 'seccomp'])).toEqual([]);
  });

  it('do not matter where no sandbox starts: that is never accepted', () => {
    expect(refusals({ missing: {}, refused: 'crun: no user namespaces' }, ['memory'])).toEqual([
      'crun: no user namespaces',
    ]);
  });
});
