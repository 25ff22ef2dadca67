"""The ports on MongoDB, and the reader of the catalogue."""
