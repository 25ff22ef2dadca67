"""What the outside reads: JSON Schemas, the AsyncAPI document, golden examples, and the check that they only grow."""
