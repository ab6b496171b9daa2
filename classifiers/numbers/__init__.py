"""Judge phone numbers."""
