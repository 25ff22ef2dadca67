"""Drivers: who may drive, what they have taken, and their record of answers."""
