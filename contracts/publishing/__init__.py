"""What app developers read: JSON Schemas, AsyncAPI document, page, golden examples, the check of changes."""
