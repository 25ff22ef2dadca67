"""How contacts, notifications and webhooks are stored in MongoDB."""

SOURCE = "/gancang/notifications"
"""`ce-source` of every event of this service."""
