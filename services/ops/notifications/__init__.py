"""What `gancang notifications` does: previews, the log, the keys of recipients, the webhooks of agencies."""
