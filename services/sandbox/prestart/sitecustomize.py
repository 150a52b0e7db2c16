# Run by Python's own start-up when it waits for a job: everything is loaded, and the program not yet opened. It then goes
# on as if it had been started now, with the job's arguments; all that comes after is Python's own doing.
def wait_for_job():
    import os, sys

    with open(3, 'rb') as gate:
        python_path, *args = gate.read().split(b'\0')[:-1]
    args = [os.fsdecode(arg) for arg in args]
    sys.argv[1:] = args
    sys.orig_argv.extend(args)
    here = os.path.dirname(__file__)
    sys.path[:] = [entry for entry in sys.path if entry != here]
    sys.path_importer_cache.pop(here, None)
    if python_path:
        os.environ['PYTHONPATH'] = os.fsdecode(python_path)
    else:
        del os.environ['PYTHONPATH']
    del sys.modules['sitecustomize']
    # The system's own; where it has none, the error reaches the start-up, which is as it is without this file.
    import sitecustomize


wait_for_job()
