"""What commands read from the services' database, and how they show it."""
