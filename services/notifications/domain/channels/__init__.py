"""How a person is reached: contact, choice of channel, circuit breaker, quota, quiet hours."""
