"""The consumers of Gancang and what runs them."""
