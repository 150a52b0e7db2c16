import { defaultLimits } from '../../../services/protocol/limits';
import type { LanguageRuntime } from '../../../services/sandbox/language-runtime';
import type { Rootfs } from '../../../services/sandbox/rootfs';

/** Five languages on Debian's toolchains, enough for the tests of the sandbox; the catalogue has its own. */
export function testRuntimes(rootfs: Rootfs): Record<'bash' | 'python' | 'c' | 'node' | 'java', LanguageRuntime> {
  const base = { version: '0', rootfs, limits: defaultLimits };
  const javaRun = { ...defaultLimits.run, memoryBytes: 512 << 20, processes: 128 };
  return {
    bash: { ...base, language: 'bash', sourceFile: 'main.sh', run: ['bash', '{source}'] },
    python: {
      ...base,
      language: 'python',
      sourceFile: 'main.py',
      run: ['/usr/bin/python3', '{source}'],
      prestart: 'python',
    },
    c: {
      ...base,
      language: 'c',
      sourceFile: 'main.c',
      compile: ['gcc', '-O1', '-o', 'main', '{source}'],
      run: ['./main'],
    },
    node: {
      ...base,
      language: 'javascript',
      sourceFile: 'main.js',
      run: ['/usr/bin/node', '{source}'],
      prestart: 'node',
    },
    java: {
      ...base,
      language: 'java',
      sourceFile: 'Main.java',
      run: [
        '/usr/lib/jvm/java-17-openjdk-amd64/bin/java',
        '-XX:+UseSerialGC',
        '-XX:TieredStopAtLevel=1',
        '-Xshare:auto',
        '/.sandbox/Launch.java',
        '{sources}',
        '--',
      ],
      env: { LC_ALL: 'C.UTF-8' },
      limits: { ...defaultLimits, run: javaRun },
      prestart: 'java',
    },
  };
}
