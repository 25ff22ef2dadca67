"""How a command reaches the servers: settings, RabbitMQ, its management interface, MongoDB."""
