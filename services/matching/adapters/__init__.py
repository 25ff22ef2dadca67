"""How matching reaches MongoDB and RabbitMQ."""
