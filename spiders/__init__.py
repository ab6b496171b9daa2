"""Fetch and record, no opinions: indicator → observations."""
