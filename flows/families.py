"""Families of sites: what hangs together with confirmed fraud is raised for a person, never blocked."""

from collections.abc import Sequence
from datetime import datetime

from classifiers.domains.families import Raised, families, raised
from pipeline.nouns import Action, Evidence, Indicator, Kind, Observation
from pipeline.store import Connection
from pipeline.store.decisions import judged_by_people, subjects_decided
from pipeline.store.observations import add_observations
from pipeline.store.reviews import ReviewItem, open_items

CONFIRMED_MOST = 1_000
"""Newest confirmed sites that new ones are held against."""


def confirmed_fraud(connection: Connection) -> set[Indicator]:
    """The sites that people blocked lately, by what they looked at."""
    judged = judged_by_people(connection, limit=CONFIRMED_MOST)
    return {i for i, d in judged.items() if d.action is Action.BLOCK and i.kind is not Kind.NUMBER}


def find_raised(connection: Connection, evidence: Sequence[Evidence]) -> list[Raised]:
    """The sites among the evidence that hang together with confirmed fraud; only reads.

    Confirmed is what an analyst blocked; sites that have a decision of their own are left in peace.
    """
    members = [one.indicator for one in evidence]
    confirmed = confirmed_fraud(connection) & set(members)
    if not confirmed:
        return []
    return raised(families(evidence, confirmed), confirmed, subjects_decided(connection, members))


def raise_for_review(connection: Connection, found: Sequence[Raised], *, at: datetime) -> None:
    """Open a review item, and record the link, for what was found and is still undecided."""
    settled = subjects_decided(connection, [r.indicator for r in found])
    waiting = [r for r in found if r.indicator not in settled]
    open_items(
        connection,
        [ReviewItem(r.indicator, r.indicator, None, r.why, 0.7, at) for r in waiting],
    )
    add_observations(
        connection,
        [Observation(r.indicator, "links", [r.link], "families", at, at) for r in waiting],
    )
