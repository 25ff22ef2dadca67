"""Matching rules as pure functions over frozen values."""
