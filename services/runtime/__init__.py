"""Plumbing for any consumer: not one word of the business."""
