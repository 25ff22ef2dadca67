"""The demo: a simulated town lives through a morning, and the invariants are checked afterwards."""
