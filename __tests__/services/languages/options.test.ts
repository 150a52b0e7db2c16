import { checkOptions } from '../../../services/languages/options';

const language = { id: 'c', options: { compile: ['-O[0123]', '-std=c(99|11)'] } };

describe('the options of a job', () => {
  it('are those that its language allows, whole', () => {
    expect(() => checkOptions({ compileOptions: ['-O2', '-std=c11'] }, language)).not.toThrow();
    expect(() => checkOptions({ compileOptions: ['-O2 -o /tmp/x'] }, language)).toThrow(
      'compileOptions: "-O2 -o /tmp/x" is no option of c; it allows -O[0123], -std=c(99|11)',
    );
  });

  it('are none where it says nothing of them', () => {
    expect(() => checkOptions({ runOptions: ['-v'] }, language)).toThrow(
      'runOptions: "-v" is no option of c; it has none',
    );
    expect(() => checkOptions({}, { id: 'awk' })).not.toThrow();
  });
});
