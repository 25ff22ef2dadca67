"""RabbitMQ: topology, consumers, acknowledgements, retries, parking, and publishing with confirms."""
