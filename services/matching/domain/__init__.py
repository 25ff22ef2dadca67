"""The rules of matching: pure functions over frozen values."""
