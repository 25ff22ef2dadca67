"""The demo: a town lives through a morning, and what became of it is checked."""
