# Run by Python's own start-up. Output appears by lines, and before the program reads its input. Where the interpreter waits
# for a job, everything is loaded by then and the program not yet opened: it goes on as if it had been started now, with the
# job's arguments; all that comes after is Python's own doing.
def begin():
    import os, sys

    if os.environ.pop('SANDPIPER_WAIT', None):
        with open(3, 'rb') as gate:
            args = [os.fsdecode(arg) for arg in gate.read().split(b'\0')[:-1]]
        sys.argv[1:] = args
        sys.orig_argv.extend(args)
    here = os.path.dirname(__file__)
    sys.path[:] = [entry for entry in sys.path if entry != here]
    sys.path_importer_cache.pop(here, None)
    rest = [entry for entry in os.environ.pop('PYTHONPATH', '').split(':') if entry not in ('', here)]
    if rest:
        os.environ['PYTHONPATH'] = ':'.join(rest)
    del sys.modules['sitecustomize']
    if hasattr(sys.stdout, 'reconfigure'):
        write_lines(sys)
    # The system's own; where it has none, the error reaches the start-up, which is as it is without this file.
    import sitecustomize


def write_lines(sys):
    import io

    class StandardInput(io.FileIO):
        def readinto(self, buffer):
            flush()
            return super().readinto(buffer)

        def readall(self):
            flush()
            return super().readall()

    def flush():
        try:
            sys.stdout.flush()
        except Exception:
            pass  # closed or replaced by the program: nothing of ours is in it

    sys.stdout.reconfigure(line_buffering=True)
    if sys.stdin is None:
        return
    given = sys.stdin
    raw = StandardInput(0, 'rb', closefd=False)
    raw.name = '<stdin>'
    sys.stdin = io.TextIOWrapper(io.BufferedReader(raw), given.encoding, given.errors, '\n')
    sys.stdin.mode = given.mode
    sys.__stdin__ = sys.stdin


begin()
