"""Retrain the model of numbers: what people settled → a challenger → a trial on the newest weeks → the shelf.

The trial and the shelf are those of sites. What is exported holds features and decisions, no number.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from classifiers.numbers.judgement import score
from classifiers.numbers.lessons import Worlds, train_numbers
from classifiers.numbers.model import NumberModel
from classifiers.numbers.settled import Settled, write_settled
from flows.retraining import EXPORT_MOST, Trial, compare
from flows.shelf import Shelf
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
    newest = at - timedelta(weeks=weeks)
    held = [s for s in settled if s.settled >= newest]
    if not held:
        raise FanzhaError(
            f"expected numbers that people settled in the last {weeks} weeks to try a challenger on, "
            "got none; settle more of the review queue, or raise --weeks"
        )
    learned = [s for s in settled if s.settled < newest]
    challenger = train_numbers(worlds, learned, name=f"numbers@{version}")
    shelf.put(version, challenger)
    rows = [s.features for s in held]
    said = [score(model, model.matrix(rows))[:, 0] for model in (champion, challenger)]
    outcome = compare(np.array([int(s.fraud) for s in held]), *said)
    if outcome.won:
        shelf.promote(version, why=outcome.why, at=at)
    return outcome
