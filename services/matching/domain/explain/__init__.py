"""Why the drivers near an order got an offer, or did not."""
