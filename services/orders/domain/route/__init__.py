"""Restricted routes, such as the one up Mount Ijen: their vehicles, opening hours and closures."""
