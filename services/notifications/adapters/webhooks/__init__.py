"""HTTP client, secrets and log of the webhooks."""
