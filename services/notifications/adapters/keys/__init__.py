"""The recipients' data keys, in a database of their own."""
