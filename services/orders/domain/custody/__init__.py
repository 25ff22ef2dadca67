"""Custody of the goods: proofs at both ends, delivery attempts, and the way back."""
