"""Sub-commands of `gancang`, one module each, found by name when the command line starts."""
