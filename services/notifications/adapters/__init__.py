"""Database, mail, log and templates behind the ports."""
