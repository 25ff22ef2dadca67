"""Who is told: the right person, once, in their language."""
