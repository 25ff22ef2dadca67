"""What a contact, a notification and a webhook delivery are, and what becomes of them: no IO."""
