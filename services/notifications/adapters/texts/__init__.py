"""Renders texts from the templates, and formats money and times for them."""
