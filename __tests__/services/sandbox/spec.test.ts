import { seccompProfile } from '../../../services/sandbox/seccomp';
import { ociSpec } from '../../../services/sandbox/spec';
import { refusals } from '../../../services/sandbox/probe';

const props = {
  rootfs: { id: 'x', directory: '/rootfs', binds: [{ source: '/usr', destination: '/usr' }] },
  ownDirectory: '/state/own',
  disk: { workBytes: 1000, workInodes: 10 },
};

describe('the bundle of a sandbox', () => {
  const spec: any = ociSpec({ ...props, ids: { kind: 'own', firstHostId: 5000 } });

  it('has every namespace of its own, and a read-only root', () => {
    const kinds = spec.linux.namespaces.map(({ type, path }: any) => [type, path]);
    expect(kinds.sort()).toEqual(['ipc', 'mount', 'network', 'pid', 'user', 'uts'].map((type) => [type, undefined]));
    expect(spec.root).toEqual({ path: '/rootfs', readonly: true });
  });

  it('lets nothing be written but the scratch directories, which are bounded and free of devices', () => {
    for (const { destination, type, options } of spec.mounts) {
      expect(`${destination} ${options}`).toMatch(/nosuid/);
      if (type === 'bind') expect(options).toEqual(expect.arrayContaining(['ro', 'nosuid', 'nodev']));
      if (type === 'tmpfs') expect(options.join()).toMatch(/size=/);
    }
    const work = spec.mounts.find(({ destination }: any) => destination === '/work');
    expect(work.options).toEqual(expect.arrayContaining(['size=1000', 'nr_inodes=10', 'nodev']));
  });

  it('maps the job to a host user that owns nothing, and gives no new privileges', () => {
    expect(spec.linux.uidMappings).toEqual([
      { containerID: 0, hostID: 5000, size: 1 },
      { containerID: 65534, hostID: 5001, size: 1 },
    ]);
    expect(spec.process.noNewPrivileges).toBe(true);
  });

  it("has cgroups of the runtime's own kernel only where the runtime has them", () => {
    const groups = ({ mounts }: any) => mounts.filter(({ type }: any) => type === 'cgroup');
    expect(groups(spec)).toEqual([]);
    const own = groups(ociSpec({ ...props, ids: { kind: 'own', firstHostId: 5000 }, ownGroups: true }));
    expect(own.map(({ destination }: any) => destination)).toEqual(['/.sandbox/cgroup']);
  });

  it('allows no system call at all to a runtime that passes over the compiled filter', () => {
    const { annotations, linux }: any = ociSpec({
      ...props,
      ids: { kind: 'own', firstHostId: 5000 },
      compiledSeccomp: 'AAAA',
    });
    expect(annotations).toEqual({ 'run.oci.seccomp_bpf_data': 'AAAA' });
    expect(linux.seccomp).toMatchObject({ defaultAction: 'SCMP_ACT_ERRNO', syscalls: [] });
  });

  it('without root maps the one user there is, and gives no capability at all', () => {
    const rootless: any = ociSpec({ ...props, ids: { kind: 'rootless', uid: 1000, gid: 1001 } });
    expect(rootless.linux.gidMappings).toEqual([{ containerID: 65534, hostID: 1001, size: 1 }]);
    expect(Object.values(rootless.process.capabilities).flat()).toEqual([]);
  });
});

describe('the system call filter', () => {
  const allowed = new Set(
    seccompProfile.syscalls
      .filter(({ args }) => !args)
      .filter(({ action }) => action === 'SCMP_ACT_ALLOW')
      .flatMap(({ names }) => names),
  );

  it.each(
    (
      'unshare setns mount umount2 pivot_root chroot move_mount open_tree fsopen fsmount mount_setattr keyctl add_key request_key ptrace process_vm_readv ' +
      'process_vm_writev kcmp pidfd_getfd io_uring_setup io_uring_enter io_uring_register bpf perf_event_open userfaultfd open_by_handle_at ' +
      'name_to_handle_at init_module finit_module delete_module kexec_load kexec_file_load reboot swapon swapoff acct quotactl iopl ioperm ' +
      'settimeofday clock_settime clock_adjtime adjtimex sethostname setdomainname syslog vhangup lookup_dcookie move_pages migrate_pages ' +
      'clone3 socket personality clone modify_ldt process_madvise fanotify_init nfsservctl uselib ustat sysfs'
    ).split(' '),
  )('does not allow %s as it comes', (name) => expect(allowed.has(name)).toBe(false));

  it('is for x86-64 alone, and refuses what it does not name', () => {
    expect(seccompProfile).toMatchObject({ architectures: ['SCMP_ARCH_X86_64'], defaultAction: 'SCMP_ACT_ERRNO' });
  });

  it('names no call twice', () => {
    const plain = seccompProfile.syscalls[0]!.names;
    expect(new Set(plain).size).toBe(plain.length);
  });
});

describe('a missing guarantee', () => {
  const finding = { runtime: 'crun', missing: { memory: 'the host has no memory controller' } } as const;
  it('is an error unless it is accepted by name', () => {
    expect(refusals(finding, [])).toEqual(['no guarantee of memory (the host has no memory controller)']);
    expect(refusals(finding, ['cpu'])).toHaveLength(1);
    expect(refusals(finding, ['memory'])).toEqual([]);
  });
});
