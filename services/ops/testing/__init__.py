"""What `gancang test` is made of; it needs the source tree and the development packages."""
