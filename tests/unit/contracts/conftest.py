"""Property-based tests live here."""

from tests.support import properties

properties.load()
