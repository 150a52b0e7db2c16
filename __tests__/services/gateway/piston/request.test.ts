import { jobSchema } from '../../../../services/protocol/job';
import { pistonJob } from '../../../../services/gateway/piston/request';

const BODY = { language: 'python', version: '3.x', files: [{ content: 'print(1)' }] };

describe('a Piston request', () => {
  it('has Piston’s defaults', () => {
    expect(pistonJob({ ...BODY, stdin: '' })).toEqual({
      language: 'python',
      version: '3.x',
      files: [{ content: 'print(1)' }],
      stdin: '\n',
      limits: { compile: {}, run: {} },
    });
  });

  it('ends standard input with a newline', () => {
    expect(pistonJob({ ...BODY, stdin: 'a' }).stdin).toBe('a\n');
    expect(pistonJob({ ...BODY, stdin: 'a\n' }).stdin).toBe('a\n');
    expect(pistonJob(BODY).stdin).toBe('\n');
  });

  it('names files as Piston does, and takes base64 and hex', () => {
    const files = [
      { content: '' },
      { content: 'a' },
      { name: 'b.txt', content: 'Yg==', encoding: 'base64' },
      { content: '63', encoding: 'hex' },
    ];
    const job = pistonJob({ ...BODY, files });
    expect(job.files).toEqual([
      { content: '' },
      { name: 'file1.code', content: 'a' },
      { name: 'b.txt', content: 'Yg==', encoding: 'base64' },
      { name: 'file3.code', content: 'Yw==', encoding: 'base64' },
    ]);
    expect(jobSchema.safeParse(job).success).toBe(true);
  });

  it('passes limits on; a limit of -1 or 0 is none', () => {
    const limits = { run_timeout: 500, run_cpu_time: 250.5, compile_memory_limit: 64 << 20, run_memory_limit: -1 };
    const job = pistonJob({ ...BODY, ...limits, compile_timeout: 0 });
    expect(job.limits).toEqual({ compile: { memoryBytes: 64 << 20 }, run: { wallMs: 500, cpuMs: 251 } });
    expect(jobSchema.safeParse(job).success).toBe(true);
  });

  it.each([
    [null, 'language is required as a string'],
    [{ ...BODY, language: undefined }, 'language is required as a string'],
    [{ ...BODY, version: 3 }, 'version is required as a string'],
    [{ ...BODY, files: {} }, 'files is required as an array'],
    [{ ...BODY, files: [] }, 'files must hold 1 to 64 files'],
    [{ ...BODY, files: [{ content: 'x' }, { name: 'a' }] }, 'files[1].content is required as a string'],
    [{ ...BODY, files: [null] }, 'files[0].content is required as a string'],
    [{ ...BODY, args: 'x' }, 'if specified, args must be an array of strings'],
    [{ ...BODY, run_timeout: '1' }, 'If specified, run_timeout must be a number'],
    [{ ...BODY, run_timeout: 10_001 }, 'run_timeout cannot exceed the configured limit of 10000'],
    [{ ...BODY, compile_cpu_time: -1 }, 'compile_cpu_time must be non-negative'],
  ])('is refused in Piston’s words: %j', (body, message) => {
    expect(() => pistonJob(body)).toThrow(message);
  });
});
