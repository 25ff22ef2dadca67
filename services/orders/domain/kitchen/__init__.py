"""What a merchant does with an order, and whether they take orders at all."""
