"""One message or one due timer, one file."""
