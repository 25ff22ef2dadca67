"""An agency's webhook, a delivery to it, and which addresses may be posted to."""
