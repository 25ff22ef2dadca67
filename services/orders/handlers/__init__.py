"""One message, one file; the table of them is in routes.py."""
