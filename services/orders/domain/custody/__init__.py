"""Who has the goods: proofs at both ends, attempts, and the way back."""
