"""The process of a service: settings, logging, health, start, and drain on SIGTERM."""
