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
