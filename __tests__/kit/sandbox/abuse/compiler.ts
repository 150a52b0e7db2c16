import { MEBIBYTE, tight, withCompile, type AbuseCase, type Verdict } from './abuse-case';

/** The driver lives on and says so, or gVisor goes as a whole: with or without an exit code. */
const compilerOutOfMemory: Verdict = { stage: 'compile', reason: 'outOfMemory', limit: 'memory' };
/** A compiler cannot wait for a line. It says this one before it reads on. */
const ANNOUNCED = '#warning striking\n';
const struck: AbuseCase['check'] = ({ stderr, stdout }) => {
  expect(stderr).toContain('#warning striking');
  expect(stdout).toBe('');
};

/** Sources that attack the compiler. */
export const compilerCases: readonly AbuseCase[] = [
  ...['/dev/random', '/dev/zero'].map((device): AbuseCase => ({
    name: `a source that includes ${device} ends with the compiler's memory`,
    language: 'c',
    code: `${ANNOUNCED}#include "${device}"\nint main(void) {}\n`,
    limits: tight,
    ends: compilerOutOfMemory,
    check: struck,
  })),
  {
    name: "a source that includes the host's secrets includes nothing",
    language: 'c',
    code: `${ANNOUNCED}#include "/etc/shadow"\n#include "/proc/1/environ"\nint main(void) {}\n`,
    limits: tight,
    ends: { stage: 'compile', reason: 'compileError', exitCode: 1 },
    check: (result, runtime) => {
      struck(result, runtime);
      expect(result.stderr).toMatch(/\/etc\/shadow: No such file|\/proc\/1\/environ: Permission denied/);
    },
  },
  {
    name: "a macro bomb ends with the compiler's memory",
    language: 'c',
    code: `${ANNOUNCED}${macroBomb('1')}`,
    limits: withCompile({ memoryBytes: 48 * MEBIBYTE }),
    ends: compilerOutOfMemory,
    check: struck,
  },
  {
    name: "a macro bomb of errors ends with the compiler's output",
    language: 'c',
    code: `${ANNOUNCED}${macroBomb('x')}`,
    limits: tight,
    ends: { stage: 'compile', reason: 'outputLimit', limit: 'output', signal: 'SIGKILL' },
    check: struck,
  },
  {
    name: "a program that the compiler is to run ends with the compiler's processor time",
    language: 'cpp',
    code: `${ANNOUNCED}
template <int N> constexpr int spin() {
  int x = N;
  for (int i = 0; i < 100000; i++) x ^= i;
  return x;
}
template <int N> struct S { static const int v = spin<N>() + S<N - 1>::v; };
template <> struct S<0> { static const int v = 0; };
int main() { return S<3000>::v; }
`,
    limits: withCompile({ cpuMs: 2_000 }),
    ends: { stage: 'compile', reason: 'timeout', limit: 'cpu', signal: 'SIGKILL' },
    check: struck,
  },
  {
    name: "a template bomb ends with the compiler's memory",
    language: 'cpp',
    code: `${ANNOUNCED}
template <int N, int M> struct S { static const long v = S<N - 1, M * 2>::v + S<N - 1, M * 2 + 1>::v; };
template <int M> struct S<0, M> { static const long v = M; };
int main() { return S<22, 0>::v; }
`,
    limits: tight,
    ends: compilerOutOfMemory,
    check: struck,
  },
];

/** A hundred million times the element. */
function macroBomb(element: string): string {
  const letters = [...'ABCDEFGH'];
  const defines = letters.map(
    (letter, i) =>
      `#define ${letter} ${Array(10)
        .fill(letters[i - 1] ?? element)
        .join()}`,
  );
  return `${defines.join('\n')}\nint x, many[] = {H};\nint main(void) {}\n`;
}
