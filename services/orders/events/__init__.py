"""Orders as events: what the world reads about a step."""
