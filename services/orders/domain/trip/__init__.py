"""The driver's steps, also of a trip with a way back."""
