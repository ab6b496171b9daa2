"""Retrain the model of sites: what was settled → a challenger → a trial on the newest weeks → the shelf.

A challenger is promoted only if, each at its own thresholds, it catches more than the champion, on
labelled weeks that it was not trained on, without more false alarms.
"""

import gzip
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifiers.domains.corpus import Corpus, EvidenceRow
from classifiers.domains.drift import shifts
from classifiers.domains.judgement import judge
from classifiers.domains.model import SitesModel
from classifiers.domains.site import Site
from classifiers.domains.states import state_reason
from classifiers.domains.training import train
from classifiers.drift import Shift
from flows.shelf import Shelf
from flows.trial import Trial, compare
from pipeline.errors import FanzhaError
from pipeline.evidence import gather_as_of
from pipeline.nouns import Action, Evidence, Kind, Label, Standing
from pipeline.store import Connection
from pipeline.store.decisions import judged_by_people
from pipeline.store.drift import Drift, record_drift, week_of

EXPORT_MOST = 100_000
"""Newest decisions of people that become training rows."""


def trial(champion: SitesModel, challenger: SitesModel, rows: Sequence[EvidenceRow]) -> Trial:
    """Let both judge labelled rows, each at the thresholds of its own routes."""
    labels = np.array([row.label for row in rows], dtype=np.int64)
    return compare(labels, called_fraud(champion, rows), called_fraud(challenger, rows))


def called_fraud(model: SitesModel, rows: Sequence[EvidenceRow]) -> NDArray[np.bool_]:
    """Which rows the model's verdict calls fraud, as of the time of their evidence."""
    called = np.zeros(len(rows), dtype=bool)
    together: dict[datetime, list[int]] = {}
    for place, row in enumerate(rows):
        together.setdefault(row.evidence.at, []).append(place)
    for at, places in together.items():
        said = judge([rows[i].evidence for i in places], now=at, model=model)
        called[places] = [verdict.label is Label.MALICIOUS for verdict in said]
    return called


def retrain(
    shelf: Shelf[SitesModel], corpus: Corpus, *, version: str, weeks: int, seed: int, at: datetime
) -> Trial:
    """Train a challenger without the newest `weeks`, try it on them, and promote it if it wins.

    The challenger stays on the shelf either way. Raises `FanzhaError` where there is nothing to try on.
    """
    shelf.expect_new(version)
    newest = at - timedelta(weeks=weeks)
    # Of a page that shows only a state no model says anything: it would count for neither.
    held = [
        r
        for r in corpus.settled
        if r.settled >= newest and state_reason(Site(r.evidence, r.evidence.at)) is None
    ]
    if not held:
        raise FanzhaError(
            f"expected settled evidence of the last {weeks} weeks, of pages with content, to try a "
            "challenger on, got none; settle more of the review queue, or raise --weeks"
        )
    learned = [r for r in corpus.settled if r.settled < newest]
    challenger = train(
        replace(corpus, settled=learned), seed=seed, version=version,
        about={"trained at": at.isoformat()}, step=lambda _: None, stand_in=shelf.model,
    )  # fmt: skip
    # Tried before it is put there: what a crash cuts short can be run again under the same version.
    outcome = trial(shelf.model(), challenger, held)
    shelf.put(version, challenger)
    if outcome.won:
        shelf.promote(version, why=outcome.why, at=at)
    return outcome


def export_settled(connection: Connection, path: Path, *, standing: Standing) -> int:
    """Write analysts' decisions with their evidence in the format that `fanzha train sites` reads.

    The evidence is that of the time of the decision: who looks now finds sites that are gone, and
    reports that the block brought about. Only what a person decided is a label: a model must not learn
    from its own automatic blocks. Returns how many rows were written.
    """
    judged = judged_by_people(connection, limit=EXPORT_MOST)
    moments = {i: d.decided_at for i, d in judged.items() if i.kind is not Kind.NUMBER}
    written = 0
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wt", encoding="utf-8") as file:
        for evidence in gather_as_of(connection, moments, standing=standing):
            head = judged[evidence.indicator]
            if head.action is Action.WATCH:
                continue
            row = {
                "indicator": str(evidence.indicator),
                "at": evidence.at.isoformat(),
                "facts": dict(evidence.facts),
                "reports": evidence.tally.reports,
                "reporters": evidence.tally.reporters,
                "sources": list(evidence.tally.sources),
                "trusted": list(evidence.tally.trusted),
                "categories": [category.value for category in evidence.tally.categories],
                "label": int(head.action is Action.BLOCK),
                "category": head.category.value if head.category else None,
                "settled": head.decided_at.isoformat(),
            }
            file.write(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n")
            written += 1
    return written


def measure_drift(
    connection: Connection, model: SitesModel, evidence: Sequence[Evidence], *, at: datetime
) -> list[Drift]:
    """Measure a week's evidence against the model's training, and keep the figures."""
    return keep_shifts(
        connection, model.name, shifts(model, [Site(one, at) for one in evidence]), at=at
    )


def keep_shifts(
    connection: Connection, model: str, found: Sequence[Shift], *, at: datetime
) -> list[Drift]:
    """Keep a week's shifts of any model."""
    kept = [Drift(model, week_of(at), s.name, s.index, s.rows) for s in found]
    record_drift(connection, kept)
    return kept
