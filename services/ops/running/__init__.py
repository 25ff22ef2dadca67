"""The set-up that `up`, `run` and `demo` keep running: servers, service processes, keys, mail."""
