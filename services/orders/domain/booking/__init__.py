"""Orders booked ahead: until when, and when their searches begin."""
