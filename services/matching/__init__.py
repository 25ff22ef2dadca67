"""Find a driver for an order: eligible drivers get offers, a few at a time, and one of them wins it."""
