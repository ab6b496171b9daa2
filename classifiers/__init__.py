"""Evidence → verdict; no I/O but model files."""
