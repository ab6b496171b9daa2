"""Judge sites: `judge(evidence, now=…)` gives one verdict for each evidence."""

from classifiers.domains.judgement import judge

__all__ = ["judge"]
