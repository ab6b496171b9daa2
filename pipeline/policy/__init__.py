"""Verdict → decision or review: when a machine may act by itself, and when a person must look."""

from pipeline.policy.settle import Keep, Outcome, settle
from pipeline.policy.terms import Policy, load_policy

__all__ = ["Keep", "Outcome", "Policy", "load_policy", "settle"]
