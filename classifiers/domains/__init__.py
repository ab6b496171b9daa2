"""Judge sites."""
