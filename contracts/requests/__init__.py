"""Requests: what apps publish, one module per entity."""
