"""What our services say has happened, one module per entity."""
