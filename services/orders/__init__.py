"""The order's life: the one place where cancelling and assigning meet."""
