"""Reports come in: CSV, TSV, JSON lines or plain text → `Report`s in the store, rejects in a file."""

from pipeline.intake.formats import FORMATS
from pipeline.intake.reasons import REASONS
from pipeline.intake.taking import IntakeCount, OnProgress, glance, take_in

__all__ = ["FORMATS", "REASONS", "IntakeCount", "OnProgress", "glance", "take_in"]
