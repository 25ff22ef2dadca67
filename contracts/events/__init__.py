"""Events: what our services publish, one module per entity."""
