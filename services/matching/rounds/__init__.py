"""The rounds of the leading process: collect open searches, choose drivers, make offers."""
