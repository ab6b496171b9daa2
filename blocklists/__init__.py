"""Decisions → entries → files → releases."""
