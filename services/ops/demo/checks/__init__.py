"""What must hold after a morning: the evidence, and the invariants that are checked on it."""
