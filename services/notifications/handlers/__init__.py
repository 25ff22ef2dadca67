"""One message, one file; `routes.py` is the table."""
