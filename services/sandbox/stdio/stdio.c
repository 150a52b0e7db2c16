/*
 * Preloaded (LD_PRELOAD) into programs that read by the C library: it then writes out what stands on standard output, such as
 * a question without the end of a line, before it reads from standard input, as it does on a terminal.
 *
 * It needs no library, so that any program of any image can load it; one without the C library's streams is left as it is.
 */
extern struct _IO_FILE *stdin __attribute__((weak));
extern int setvbuf(struct _IO_FILE *, char *, int, unsigned long) __attribute__((weak));

enum { BY_LINES = 1 }; /* _IOLBF, which stdio.h would give; it would declare the names above as present, too */

__attribute__((constructor)) static void begin(void) {
  if (&stdin != 0 && setvbuf != 0) setvbuf(stdin, 0, BY_LINES, 0);
}
