"""Changes of an order after it was accepted: requested, proposed, answered, lapsed."""
