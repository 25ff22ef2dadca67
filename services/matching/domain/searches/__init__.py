"""The search for a driver of one order: its life, its offers and the answers to them."""
