"""Routes with rules of their own, such as Mount Ijen: vehicles, hours, closures."""
