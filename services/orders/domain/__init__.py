"""The rules of an order: what it is and what may become of it. Pure: no IO, and `now` is a parameter."""
