"""Distances, travel times and the calendar of the regency."""
