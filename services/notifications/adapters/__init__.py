"""What stands behind the ports: providers, agencies, database, keys and templates."""
