"""The search for a driver, and what matching's answers do to an order."""
