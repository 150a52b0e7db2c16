import { filledCommand, filledEnvironment } from '../../../services/sandbox/job-command';

describe('a command of the catalogue, filled in for a job', () => {
  const variables = { sourceFile: 'src/main.c', files: ['src/main.c', 'a.h', 'b.c', '-o.c'], memoryBytes: 256 << 20 };

  it('names the first file, with and without its ending', () => {
    expect(filledCommand(['cc', '{source}', '-o{stem}'], variables)).toEqual(['cc', 'src/main.c', '-osrc/main']);
  });

  it('names all files of the ending of the first, none of which can be taken for an option', () => {
    expect(filledCommand(['cc', '{sources}', '-lm'], variables)).toEqual(['cc', 'src/main.c', 'b.c', './-o.c', '-lm']);
    expect(filledCommand(['{sources:last}'], variables)).toEqual(['b.c', './-o.c', 'src/main.c']);
  });

  it('says what memory the stage may use, or a part of it', () => {
    expect(filledCommand(['-Xmx{memoryMiB:65}m'], variables)).toEqual(['-Xmx166m']);
    expect(filledEnvironment({ GOMEMLIMIT: '{memoryMiB}MiB' }, variables)).toEqual({ GOMEMLIMIT: '256MiB' });
  });

  it('leaves what it does not know', () => {
    expect(filledCommand(['{print $1}'], variables)).toEqual(['{print $1}']);
  });
});
