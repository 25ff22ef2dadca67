"""One module for each message or timer that the service handles."""
