"""What an order costs, what cancelling it costs, and who pays."""
