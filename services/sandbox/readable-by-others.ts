/**
 * Makes files and directories that others may read as far as their modes say, whatever the umask of who started this process: a
 * sandbox's own users are others. What is made must be made at once (no promise).
 */
export function readableByOthers<T>(make: () => T): T {
  const umask = process.umask(0o022);
  try {
    return make();
  } finally {
    process.umask(umask);
  }
}
