"""The set-up that `up`, `run` and `demo` keep running: service processes, keys, environment, run file."""
