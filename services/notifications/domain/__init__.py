"""What a contact and a notification are, and what becomes of them: no IO."""
