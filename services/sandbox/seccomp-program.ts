import { seccompProfile, type SeccompProfile } from './seccomp';
import { systemCallNumber } from './system-calls';

/** An instruction of classic BPF, as `struct sock_filter` has it. */
interface Instruction {
  readonly code: number;
  readonly jumpTrue: number;
  readonly jumpFalse: number;
  readonly value: number;
}

const LOAD_WORD = 0x20;
const AND = 0x54;
const JUMP_EQUAL = 0x15;
const JUMP_GREATER = 0x25;
const JUMP_AT_LEAST = 0x35;
const RETURN = 0x06;
const LONGEST_JUMP = 255;

/** Offsets in `struct seccomp_data`. */
const NUMBER = 0;
const ARCHITECTURE = 4;
const ARGUMENTS = 16;
/** AUDIT_ARCH_X86_64. */
const X86_64 = 0xc000003e;
/** Numbers from here on are x32's, which has another ABI on the same architecture. */
const X32 = 0x40000000;

const KILL_PROCESS = 0x80000000;
const ALLOW = 0x7fff0000;
const ERRNO = 0x00050000;
const ENOSYS = 38;

type Rule = SeccompProfile['syscalls'][number];
type Condition = NonNullable<Rule['args']>[number];

const returns = (value: number): Instruction => ({ code: RETURN, jumpTrue: 0, jumpFalse: 0, value });
const load = (offset: number): Instruction => ({ code: LOAD_WORD, jumpTrue: 0, jumpFalse: 0, value: offset });
const jump = (code: number, value: number, jumpTrue: number, jumpFalse: number): Instruction => {
  if (jumpTrue > LONGEST_JUMP || jumpFalse > LONGEST_JUMP) throw new Error('a jump of the filter is too long');
  return { code, jumpTrue, jumpFalse, value };
};

/**
 * The filter of every sandbox as the kernel takes it: a search among the numbers by halves, then a return. It says what libseccomp
 * would make of the same profile, but that a call of another architecture ends the process and not the thread alone.
 */
export function seccompProgram(profile: SeccompProfile = seccompProfile): Buffer {
  const refuse = ERRNO | profile.defaultErrnoRet;
  /** What is done with each number that the profile names. */
  const rules = new Map<number, Rule[]>();
  for (const rule of profile.syscalls)
    for (const name of rule.names) {
      const number = systemCallNumber(name);
      rules.set(number, [...(rules.get(number) ?? []), rule]);
    }
  const bodyOf = (number: number): readonly Instruction[] => {
    const own = rules.get(number);
    return own ? bodyOfRules(own, refuse) : [returns(refuse)];
  };

  /** Neighbours of one treatment are one interval. */
  const intervals: { readonly first: number; readonly body: readonly Instruction[] }[] = [];
  const add = (first: number, body: readonly Instruction[]): void => {
    if (JSON.stringify(intervals.at(-1)?.body) !== JSON.stringify(body)) intervals.push({ first, body });
  };
  const last = Math.max(...rules.keys());
  for (let number = 0; number <= last + 1; number++) add(number, bodyOf(number));

  const search = (from: number, to: number): readonly Instruction[] => {
    if (to - from === 1) return intervals[from]!.body;
    const middle = (from + to) >> 1;
    const [below, above] = [search(from, middle), search(middle, to)];
    return [jump(JUMP_AT_LEAST, intervals[middle]!.first, below.length, 0), ...below, ...above];
  };
  return encode([
    load(ARCHITECTURE),
    jump(JUMP_EQUAL, X86_64, 1, 0),
    returns(KILL_PROCESS),
    load(NUMBER),
    jump(JUMP_AT_LEAST, X32, 0, 1),
    returns(KILL_PROCESS),
    ...search(0, intervals.length),
  ]);
}

/** The first rule whose conditions all hold decides. */
function bodyOfRules(rules: readonly Rule[], refuse: number): readonly Instruction[] {
  let rest: readonly Instruction[] = [returns(refuse)];
  for (const { action, errnoRet, args = [] } of [...rules].reverse()) {
    const verdict = returns(verdictOf(action, errnoRet));
    if (args.length === 0) rest = [verdict];
    else rest = [...conditions(args, verdict), ...rest];
  }
  return rest;
}

function verdictOf(action: string, errno?: number): number {
  if (action === 'SCMP_ACT_ALLOW') return ALLOW;
  if (action === 'SCMP_ACT_ERRNO' && errno !== undefined) return ERRNO | errno;
  // Nobody traces a sandbox, and without a tracer the kernel answers ENOSYS.
  if (action === 'SCMP_ACT_TRACE') return ERRNO | ENOSYS;
  throw new Error(`the filter cannot do ${action}`);
}

/** Ends with the verdict; where a condition does not hold, what follows the verdict is reached. */
function conditions(args: readonly Condition[], verdict: Instruction): readonly Instruction[] {
  return [...args]
    .reverse()
    .reduce<readonly Instruction[]>((rest, arg) => [...condition(arg, rest.length), ...rest], [verdict]);
}

/**
 * Goes on behind itself where the condition holds, and `toElse` instructions further where it does not. The values are of 32 bits,
 * the arguments of 64.
 */
function condition({ index, value, valueTwo = 0, op }: Condition, toElse: number): readonly Instruction[] {
  const low = load(ARGUMENTS + 8 * index);
  const high = load(ARGUMENTS + 8 * index + 4);
  switch (op) {
    case 'SCMP_CMP_EQ':
      return [high, jump(JUMP_EQUAL, 0, 0, 2 + toElse), low, jump(JUMP_EQUAL, value, 0, toElse)];
    case 'SCMP_CMP_MASKED_EQ':
      // A mask of 32 bits says nothing of the upper half.
      return [low, { code: AND, jumpTrue: 0, jumpFalse: 0, value }, jump(JUMP_EQUAL, valueTwo, 0, toElse)];
    case 'SCMP_CMP_LT':
      return [high, jump(JUMP_EQUAL, 0, 0, 2 + toElse), low, jump(JUMP_AT_LEAST, value, toElse, 0)];
    case 'SCMP_CMP_GT':
      return [high, jump(JUMP_EQUAL, 0, 0, 2), low, jump(JUMP_GREATER, value, 0, toElse)];
    default:
      throw new Error(`the filter cannot compare by ${op}`);
  }
}

function encode(instructions: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(instructions.length * 8);
  for (const [index, { code, jumpTrue, jumpFalse, value }] of instructions.entries()) {
    bytes.writeUInt16LE(code, 8 * index);
    bytes.writeUInt8(jumpTrue, 8 * index + 2);
    bytes.writeUInt8(jumpFalse, 8 * index + 3);
    bytes.writeUInt32LE(value >>> 0, 8 * index + 4);
  }
  return bytes;
}
