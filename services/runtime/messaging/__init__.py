"""RabbitMQ: topology, consuming, acknowledging, retrying, parking, and publishing with confirms."""
