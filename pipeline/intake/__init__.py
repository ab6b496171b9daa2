"""Reports come in: text → Report."""
