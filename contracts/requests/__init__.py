"""What apps around us may ask for, one module per entity."""
