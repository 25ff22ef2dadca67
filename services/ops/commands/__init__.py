"""Commands of `gancang`, one module each, found by name.

A module declares what can be typed and its help. What a command works with is imported inside its function,
so that help, completion and other commands do not pay for it.
"""
