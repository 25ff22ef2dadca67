"""The channels to people: SMTP, push, WhatsApp, SMS and the log, with their settings."""
