"""Evidence on phone numbers → verdicts; and call records → features, models and points."""

from classifiers.numbers.judgement import judge

__all__ = ["judge"]
