"""How contacts, notifications and webhooks are stored in MongoDB."""
