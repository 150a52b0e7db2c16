import type { Language } from './schema';

/**
 * The languages whose toolchains `./sandpiper test` installs and whose self-tests it runs each time; the others are run by
 * `./sandpiper test --languages all`. Their toolchains are small, start fast, and cover every way of compiling and running.
 */
export const CORE_LANGUAGES: readonly string[] = [
  'assembly',
  'awk',
  'bash',
  'c',
  'common-lisp',
  'cpp',
  'fortran',
  'go',
  'java',
  'javascript',
  'lua',
  'objective-c',
  'ocaml',
  'pascal',
  'perl',
  'php',
  'prolog',
  'python',
  'ruby',
  'rust',
  'scheme',
  'sqlite',
  'tcl',
  'typescript',
];

/**
 * Languages by a selection: `core`, `all`, or ids with commas between them.
 *
 * @throws Error naming an id that does not exist
 */
export function selectLanguages(catalogue: readonly Language[], selection: string): readonly Language[] {
  if (selection === 'all') return catalogue;
  const ids = selection === 'core' ? CORE_LANGUAGES : selection.split(',');
  const unknown = ids.find((id) => !catalogue.some((language) => language.id === id));
  if (unknown !== undefined) {
    throw new Error(
      `languages: ${JSON.stringify(unknown)} is unknown; there are ${catalogue.map(({ id }) => id).join(', ')}`,
    );
  }
  return catalogue.filter(({ id }) => ids.includes(id));
}
