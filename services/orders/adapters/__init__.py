"""How orders are kept, and how the catalogue is read."""
