"""The set-up that `up`, `run` and `demo` keep in the state folder: service processes, keys, environment, run file."""
