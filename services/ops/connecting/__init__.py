"""How a command finds and reaches the servers: the run file, settings, one connection a module."""
