"""Retrain the model of numbers: what people settled → a challenger → a trial on the newest weeks → the shelf.

The trial and the shelf are those of sites. What is exported holds features and decisions, no number.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifiers.numbers.judgement import acted_on
from classifiers.numbers.lessons import Worlds, train_numbers
from classifiers.numbers.model import NumberModel
from classifiers.numbers.settled import Settled, write_settled
from flows.retraining import EXPORT_MOST
from flows.shelf import Shelf
from flows.trial import Trial, compare
from pipeline.errors import FanzhaError
from pipeline.evidence import gather
from pipeline.nouns import Action, Kind, Standing
from pipeline.store import Connection
from pipeline.store.decisions import judged_by_people


def settled_numbers(connection: Connection, *, at: datetime) -> list[Settled]:
    """The numbers that people decided on and whose calls are known, the oldest decision first.

    Only what a person decided is a label: a model must not learn from its own automatic blocks.
    """
    judged = judged_by_people(connection, limit=EXPORT_MOST)
    numbers = [
        i for i, d in judged.items() if i.kind is Kind.NUMBER and d.action is not Action.WATCH
    ]
    found = []
    for evidence in gather(connection, numbers, standing=Standing(), at=at, outdated=True):
        calls = evidence.facts.get("calls")
        if isinstance(calls, dict):
            decision = judged[evidence.indicator]
            fraud = decision.action is Action.BLOCK
            found.append(Settled(calls.get("features", {}), fraud, decision.decided_at))
    return sorted(found, key=lambda s: s.settled)


def export_numbers(connection: Connection, path: Path, *, at: datetime) -> int:
    """Write the settled numbers for `fanzha train numbers --settled`; returns how many."""
    return write_settled(path, settled_numbers(connection, at=at))


def retrain_numbers(
    shelf: Shelf[NumberModel],
    settled: Sequence[Settled],
    *,
    champion: NumberModel,
    worlds: Worlds | None,
    version: str,
    weeks: int,
    at: datetime,
) -> Trial:
    """Train a challenger without the newest `weeks`, try it on them, and promote it if it wins.

    The challenger stays on the shelf either way. Raises `FanzhaError` where there is nothing to try
    on, or too little to learn from.
    """
    shelf.expect_new(version)
    newest = at - timedelta(weeks=weeks)
    held = [s for s in settled if s.settled >= newest]
    if not held:
        raise FanzhaError(
            f"expected numbers that people settled in the last {weeks} weeks to try a challenger on, "
            "got none; settle more of the review queue, or raise --weeks"
        )
    learned = [s for s in settled if s.settled < newest]
    challenger = train_numbers(worlds, learned, name=f"numbers@{version}")
    labels = np.array([int(s.fraud) for s in held])
    outcome = compare(labels, _listed(champion, held), _listed(challenger, held))
    shelf.put(version, challenger)
    if outcome.won:
        shelf.promote(version, why=outcome.why, at=at)
    return outcome


def _listed(model: NumberModel, rows: Sequence[Settled]) -> NDArray[np.bool_]:
    """Which rows the model would list at its own threshold, whether or not it promises the rate."""
    said = acted_on(model, model.matrix([row.features for row in rows]))
    return said >= model.thresholds.get("list", 1.0)
