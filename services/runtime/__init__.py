"""The plumbing that every service shares; it knows nothing of the business."""
