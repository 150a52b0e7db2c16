import { counted, each, ended, MEBIBYTE, outcomes, outOfMemory, tight, withRun, type AbuseCase } from './abuse-case';

/** Programs that fill disks and tables. */
export const diskCases: readonly AbuseCase[] = [
  {
    name: 'the disk ends where its limit is',
    language: 'python',
    code: `
import errno
written = 0
for directory in ('/work', '/tmp', '/dev/shm'):
    try:
        for i in range(100):
            with open(f'{directory}/{i}', 'wb', buffering=0) as f: written += f.write(b'x' * (1 << 20))
        print(f"{directory}: FILLED")
    except OSError as e:
        print(f"{directory}: {errno.errorcode[e.errno]}")
print(f"mebibytes={written >> 20}")
`,
    limits: tight,
    ends: { ...ended, limit: 'disk' },
    check: (result) => {
      expect(outcomes(result)).toEqual(each(['/work', '/tmp', '/dev/shm'], 'ENOSPC'));
      // The program's own file takes the rest of /work.
      expect(counted(result, 'mebibytes')).toBe(8 + 8 + 16 - 1);
    },
  },
  {
    name: 'inodes end where their limit is, or as memory',
    language: 'python',
    announces: 'making',
    code: `
import os
n = 0
print("making", flush=True)
input()
try:
    while n < 10_000_000:
        os.mknod(f'/work/{n:0250}')
        n += 1
except OSError as e:
    print("refused", flush=True)
print(f"files={n}", flush=True)
`,
    limits: tight,
    // runsc gives a tmpfs no limit of inodes: what they take is memory of the sandbox.
    ends: { linux: { ...ended, limit: 'disk' }, runsc: outOfMemory.runsc },
    check: (result, runtime) => {
      // Two are the directory's and the program's.
      if (runtime !== 'runsc') expect(counted(result, 'files')).toBe(256 - 2);
      else expect(result.stdout).not.toContain('files=');
    },
  },
  {
    name: 'a huge sparse file is refused',
    language: 'python',
    code: `
import errno, os
for name, size in (('terabyte', 1 << 40), ('exabyte', 1 << 62)):
    try:
        with open('/work/sparse', 'wb') as f: f.truncate(size)
        print(f"{name}: MADE")
    except OSError as e:
        print(f"{name}: {errno.errorcode[e.errno]}")
`,
    limits: withRun({ fileBytes: 4 * MEBIBYTE }),
    ends: ended,
    check: (result) => expect(outcomes(result)).toEqual(each(['terabyte', 'exabyte'], 'EFBIG')),
  },
  {
    name: 'writing past the size of a file is ended by the signal for it',
    language: 'bash',
    announces: 'writing',
    code: 'echo writing; read -r _; exec head -c 5000000 /dev/zero > /work/big',
    limits: withRun({ fileBytes: MEBIBYTE }),
    ends: { reason: 'limitExceeded', limit: 'fileSize', signal: 'SIGXFSZ' },
  },
  {
    name: 'leaked descriptors end at their limit',
    language: 'python',
    code: `
import errno
files = []
try:
    while True: files.append(open('/dev/null'))
except OSError as e:
    n = len(files)
    del files
    print(f"{errno.errorcode[e.errno]} descriptors={n}")
`,
    limits: tight,
    ends: ended,
    // Three are its streams.
    check: ({ stdout }) => expect(stdout).toBe(`EMFILE descriptors=${64 - 3}\n`),
  },
];
