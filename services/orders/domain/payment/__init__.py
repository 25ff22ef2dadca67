"""What an order costs, what cancelling costs, and who pays."""
