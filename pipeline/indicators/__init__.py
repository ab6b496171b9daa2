"""Any text → Indicator."""
