"""Changes after the order was accepted: requested, proposed, answered, lapsed."""
