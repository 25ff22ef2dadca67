"""The driver's steps on a trip, with or without a way back."""
