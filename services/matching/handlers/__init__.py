"""One handler for each message type and each timer; `routes.py` lists all of them."""
