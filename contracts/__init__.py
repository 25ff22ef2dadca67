"""Everything one service may know about another: the envelope, the values, and every request and event."""
