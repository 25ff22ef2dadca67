"""Orders booked ahead: how far ahead, and when their searches begin."""
