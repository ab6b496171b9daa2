"""Retrain the model of sites: what was settled → a challenger → a trial on the newest weeks → the shelf.

A challenger is promoted only if it catches more than the champion at the operating point, on labelled
weeks that neither was trained on, without more false alarms.
"""

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.bounds import clopper_pearson
from classifiers.domains.corpus import Corpus, EvidenceRow, PageRow
from classifiers.domains.drift import shifts
from classifiers.domains.metrics import rate_at, threshold_at
from classifiers.domains.model import SitesModel
from classifiers.domains.site import Site
from classifiers.domains.training import rules_say, train
from classifiers.drift import Shift
from flows.shelf import Shelf
from pipeline.errors import FanzhaError
from pipeline.evidence import gather
from pipeline.nouns import Action, Evidence, Kind, Standing
from pipeline.store import Connection
from pipeline.store.decisions import judged_by_people
from pipeline.store.drift import Drift, record_drift, week_of

RATE = 1e-3
"""The operating point: the false-positive rate at which champion and challenger are compared."""
EXPORT_MOST = 100_000
"""Newest decisions of people that become training rows."""
TRIAL_LEAST = 20
"""Labelled rows of each side that a trial needs to mean anything."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Champion against challenger on the same rows."""

    fraud: int
    honest: int
    champion: float
    """Share of fraud caught at the operating point."""
    challenger: float
    bound: float
    """Upper 95 % bound of the false-positive rate that this many honest rows can speak for."""

    @property
    def won(self) -> bool:
        """Whether the challenger catches more, on rows enough to say so."""
        return min(self.fraud, self.honest) >= TRIAL_LEAST and self.challenger > self.champion

    @property
    def why(self) -> str:
        return (
            f"catches {self.challenger:.3f} against {self.champion:.3f} of {self.fraud} at the operating "
            f"point, on {self.honest} honest rows (bound {self.bound:.2g})"
        )


def trial(champion: SitesModel, challenger: SitesModel, rows: Sequence[EvidenceRow]) -> Trial:
    """Let both judge the newest labelled rows, each at its own threshold for `RATE` on the honest ones."""
    sites = [Site(row.evidence, row.evidence.at) for row in rows]
    said = [
        model.say(sites, [rules_say(site) for site in sites]).total
        for model in (champion, challenger)
    ]
    return compare(np.array([row.label for row in rows]), *said)


def compare(
    labels: NDArray[np.integer], champion: NDArray[np.floating], challenger: NDArray[np.floating]
) -> Trial:
    """Two models' scores of the same labelled rows, 1 for fraud, held against each other."""
    caught = []
    for scores in (champion, challenger):
        value = threshold_at(scores[labels == 0], RATE).value
        caught.append(rate_at(scores[labels == 1], value) if (labels == 1).any() else 0.0)
    honest = int((labels == 0).sum())
    return Trial(int(labels.sum()), honest, caught[0], caught[1], clopper_pearson(0, honest))


def retrain(
    shelf: Shelf[SitesModel], corpus: Corpus, *, version: str, weeks: int, seed: int, at: datetime
) -> Trial:
    """Train a challenger without the newest `weeks`, try it on them, and promote it if it wins.

    The challenger stays on the shelf either way. Raises `FanzhaError` where there is nothing to try on.
    """
    newest = at - timedelta(weeks=weeks)
    held = [r for r in corpus.settled if r.settled >= newest and r.evidence.facts.get("page")]
    if not held:
        raise FanzhaError(
            f"expected settled evidence of the last {weeks} weeks to try a challenger on, got none; "
            "settle more of the review queue, or raise --weeks"
        )
    learned = [r for r in corpus.settled if r.settled < newest]
    challenger = train(
        replace(corpus, pages=[*corpus.pages, *_pages(learned)], settled=learned),
        seed=seed, version=version, about={"trained at": at.isoformat()}, step=lambda _: None,
    )  # fmt: skip
    shelf.put(version, challenger)
    outcome = trial(shelf.model(), challenger, held)
    if outcome.won:
        shelf.promote(version, why=outcome.why, at=at)
    return outcome


def _pages(rows: Sequence[EvidenceRow]) -> list[PageRow]:
    found = []
    for row in rows:
        page: Any = row.evidence.facts.get("page")
        if isinstance(page, dict):
            seen: date = row.settled.date()
            host = Site(row.evidence, row.evidence.at).host
            found.append(
                PageRow(page, row.label, "own", str(page.get("dom_hash")), seen, None, host)
            )
    return found


def export_settled(connection: Connection, path: Path, *, standing: Standing, at: datetime) -> int:
    """Write analysts' decisions with their evidence in the format that `fanzha train sites` reads.

    Only what a person decided is a label: a model must not learn from its own automatic blocks.
    Returns how many rows were written.
    """
    judged = judged_by_people(connection, limit=EXPORT_MOST)
    ours = [i for i in judged if i.kind is not Kind.NUMBER]
    written = 0
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wt", encoding="utf-8") as file:
        for evidence in gather(connection, ours, standing=standing, at=at):
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
