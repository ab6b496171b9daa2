"""Verdict → decision or review: when a machine may act by itself, and when a person must look."""
