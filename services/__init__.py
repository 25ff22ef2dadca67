"""The services of Gancang, and what operates them."""
