"""A seeded world of callers, honest and not, whose feeds look like a carrier's day."""
