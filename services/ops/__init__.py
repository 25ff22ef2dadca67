"""What operates the services: command line, embedded servers, parked messages."""
