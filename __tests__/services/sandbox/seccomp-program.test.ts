import { seccompProfile } from '../../../services/sandbox/seccomp';
import { seccompProgram } from '../../../services/sandbox/seccomp-program';
import { systemCallNumber } from '../../../services/sandbox/system-calls';

const X86_64 = 0xc000003e;
const ALLOW = 0x7fff0000;
const EPERM = 0x00050001;
const ENOSYS = 0x00050026;
const KILL = 0x80000000;

/** Runs the filter as the kernel does: `struct seccomp_data` has the number, the architecture and six arguments. */
function verdict(number: number, args: readonly bigint[] = [], architecture = X86_64): number {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(number >>> 0, 0);
  data.writeUInt32LE(architecture >>> 0, 4);
  args.forEach((value, index) => data.writeBigUInt64LE(BigInt.asUintN(64, value), 16 + 8 * index));
  const program = seccompProgram();
  let accumulator = 0;
  for (let at = 0; ; at++) {
    const code = program.readUInt16LE(8 * at);
    const [jumpTrue, jumpFalse] = [program.readUInt8(8 * at + 2), program.readUInt8(8 * at + 3)];
    const value = program.readUInt32LE(8 * at + 4);
    if (code === 0x20) accumulator = data.readUInt32LE(value);
    else if (code === 0x54) accumulator = (accumulator & value) >>> 0;
    else if (code === 0x15) at += accumulator === value ? jumpTrue : jumpFalse;
    else if (code === 0x25) at += accumulator > value ? jumpTrue : jumpFalse;
    else if (code === 0x35) at += accumulator >= value ? jumpTrue : jumpFalse;
    else if (code === 0x06) return value;
    else throw new Error(`the kernel knows no instruction ${code} here`);
  }
}
const call = (name: string, ...args: readonly number[]): number => verdict(systemCallNumber(name), args.map(BigInt));

describe('the filter of system calls as the kernel takes it', () => {
  it('allows every call that the profile allows without a condition, and no other number', () => {
    const named = new Map<number, string>();
    for (const { names, action, args } of seccompProfile.syscalls)
      for (const name of names) named.set(systemCallNumber(name), args ? 'conditions' : action);
    for (let number = 0; number < 600; number++) {
      const wanted = named.get(number);
      if (wanted === 'conditions') continue;
      expect([number, verdict(number)]).toEqual([
        number,
        wanted === 'SCMP_ACT_ALLOW' ? ALLOW : wanted === 'SCMP_ACT_TRACE' ? ENOSYS : EPERM,
      ]);
    }
    for (const number of [0x3fffffff, 5000, 1 << 20]) expect(verdict(number)).toBe(EPERM);
  });

  it('ends a program that calls by x32 or by another architecture', () => {
    expect(verdict(0x40000000 + 39)).toBe(KILL);
    expect(verdict(0xffffffff)).toBe(KILL);
    expect(verdict(39, [], 0x40000003)).toBe(KILL);
  });

  it('lets threads and processes be made, and no namespace with them', () => {
    expect(call('clone', 0x3d0f00)).toBe(ALLOW);
    expect(call('clone', 17)).toBe(ALLOW);
    for (const flag of [0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000])
      expect(call('clone', 17 | flag)).toBe(EPERM);
    expect(call('clone3')).toBe(ENOSYS);
    expect(call('unshare', 0x10000000)).toBe(EPERM);
  });

  it('opens the kinds of sockets that it names', () => {
    const [unix, inet, inet6, netlink, packet, vsock] = [1, 2, 10, 16, 17, 40];
    expect(call('socket', unix, 5, 0)).toBe(ALLOW);
    for (const family of [inet, inet6]) {
      expect(call('socket', family, 1, 0)).toBe(ALLOW);
      expect(call('socket', family, 2 | 0x80000 | 0x800, 0)).toBe(ALLOW);
      expect(call('socket', family, 3, 0)).toBe(EPERM);
    }
    expect(call('socket', netlink, 3, 0)).toBe(ALLOW);
    expect(call('socket', netlink, 3, 9)).toBe(EPERM);
    for (const family of [packet, vsock, 38]) expect(call('socket', family, 1, 0)).toBe(EPERM);
    expect(verdict(systemCallNumber('socket'), [(BigInt(1) << BigInt(32)) | BigInt(unix)])).toBe(EPERM);
  });

  it('answers whoever asks whether a stream is a terminal that it is none', () => {
    const ENOTTY = 0x00050019;
    expect(call('ioctl', 1, 0x5401)).toBe(ENOTTY);
    expect(call('ioctl', 1, 0x802c542a)).toBe(ENOTTY);
    for (const request of [0, 0x5400, 0x5402, 0x5413, 0xffffffff]) expect(call('ioctl', 1, request)).toBe(ALLOW);
    expect(verdict(systemCallNumber('ioctl'), [BigInt(1), BigInt('0x100005401')])).toBe(ALLOW);
  });

  it('knows the personalities that it allows by their whole value', () => {
    expect(call('personality', 0x40000)).toBe(ALLOW);
    expect(call('personality', 0xffffffff)).toBe(ALLOW);
    expect(call('personality', 0x0400000)).toBe(EPERM);
  });
});
