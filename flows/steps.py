"""The steps of the way of a report, as plain functions over the store: crawl, judge, settle.

Each takes one batch of subjects at its stage, does its work with no transaction open, and stores
the outcome before or together with the move to the next stage. A run that is killed before the move
does the batch again; doing it twice changes nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flows.apart import apart
from flows.progress import tell
from flows.urgency import most_harmful_first
from pipeline.artifacts import ArtifactStore, Kept
from pipeline.evidence import gather
from pipeline.intake import IntakeCount, take_in
from pipeline.nouns import Evidence, Indicator, Kind, Observation, Verdict, digest
from pipeline.policy import Policy, load_policy
from pipeline.protected import Protected
from pipeline.protected import load as load_protected
from pipeline.settings import Settings
from pipeline.store import Connection, Store
from pipeline.store.evidence_files import record_kept
from pipeline.store.observations import add_observations
from pipeline.store.reports import Stage, at_stage, louder, move, voices_of
from pipeline.store.reviews import ReviewItem, open_items
from pipeline.store.verdicts import add_verdicts
from pipeline.whys import why


@dataclass(frozen=True, slots=True)
class Workshop:
    """What the steps work with: one open store and what was read from settings once."""

    store: Store
    settings: Settings
    policy: Policy
    protected: Protected

    @classmethod
    def open(cls, store: Store, settings: Settings) -> "Workshop":
        return cls(store, settings, load_policy(settings.policy), load_protected(settings))


def reports_in(shop: Workshop, path: Path, *, source: str) -> IntakeCount:
    """Take a file or folder of reports in; what cannot be read is set aside under `rejects/`."""
    stamp = f"{shop.settings.now():%Y%m%dT%H%M%S}-{digest(str(path))[:8]}"
    rejects = shop.settings.home / "rejects" / f"{stamp}-{path.name}.jsonl"
    return take_in(
        shop.store,
        [path],
        source=source,
        settings=shop.settings,
        now=shop.settings.now(),
        rejects=rejects,
        on_progress=lambda done, total: tell("intake", done, total or None),
    )


def feed_in(shop: Workshop, path: Path, *, carrier: str) -> int:
    """Take a feed in and open the numbers worth judging as subjects, with their call features."""
    from flows.feeding import take_feed

    done = take_feed(
        shop.store,
        shop.settings,
        path,
        carrier=carrier,
        progress=lambda rows: tell("feed", rows),
    )
    return done.records


def crawl_some(shop: Workshop, batch: Sequence[Indicator]) -> int:
    """Visit a batch of sites, the most harmful first, store what was seen, and pass them on.

    Nothing that a site does should make a crawl raise. Where one does all the same, the batch is
    parted until it is found, and it goes to a person: it must not come back with every run.
    """
    from spiders.crawl import crawl_batch

    now = shop.settings.now()
    with shop.store.read() as tx:
        voices = voices_of(tx, batch)
    artifacts = ArtifactStore(shop.settings.artifacts_url)

    kept: list[Kept] = []

    def crawl(some: Sequence[Indicator]) -> list[Observation]:
        return crawl_batch(
            some, settings=shop.settings, artifacts=artifacts, now=now, on_kept=kept.append
        )

    seen, failed = apart(most_harmful_first(batch, voices, settings=shop.settings), crawl)
    with shop.store.write() as tx:
        add_observations(tx, seen)
        record_kept(tx, kept, at=now)
        move(tx, [one for one in batch if one not in failed], Stage.JUDGE, at=now)
        leave_to_people(tx, shop, failed)
    return len(batch)


def judge_some(shop: Workshop, batch: Sequence[Indicator]) -> int:
    """Put the evidence on a batch together, ask the classifiers, and pass them on to be settled."""
    now = shop.settings.now()
    with shop.store.read() as tx:
        heard = voices_of(tx, batch)
        evidence = gather(tx, batch, standing=shop.settings.intake.standing, at=now)
    verdicts, failed = _one_by_one(evidence, lambda some: judge(some, settings=shop.settings))
    with shop.store.write() as tx:
        add_verdicts(tx, verdicts)
        # Of whom more speak by now, they are judged again.
        again = louder(tx, heard)
        judged = [v.indicator for v in verdicts if v.indicator not in again]
        move(tx, judged, Stage.SETTLE, at=now)
        leave_to_people(tx, shop, failed)
    return len(batch)


def _one_by_one(
    evidence: Sequence[Evidence], act: Callable[[Sequence[Evidence]], list[Verdict]]
) -> tuple[list[Verdict], dict[Indicator, Exception]]:
    """Do a batch at once, and where that fails one at a time: one hostile page stops nobody else."""
    try:
        return act(evidence), {}
    except Exception:  # noqa: BLE001 (whatever one page makes of a classifier)
        done: list[Verdict] = []
        failed: dict[Indicator, Exception] = {}
        for one in evidence:
            try:
                done += act([one])
            except Exception as error:  # noqa: BLE001 (it goes to a person, with its reason)
                failed[one.indicator] = error
        return done, failed


def leave_to_people(tx: Connection, shop: Workshop, failed: Mapping[Indicator, Exception]) -> None:
    """Put what a machine could not work on into the queue, and go on with the rest."""
    now = shop.settings.now()
    recheck = now + timedelta(days=shop.policy.expiry.recheck_days)
    open_items(
        tx,
        [
            ReviewItem(
                i, i, None, why("no-machine", error=f"{type(e).__name__}: {e}"[:250]), 1.0, now
            )
            for i, e in failed.items()
        ],
    )
    move(tx, list(failed), Stage.DONE, at=now, due_at=recheck)


def judge(evidence: Sequence[Evidence], *, settings: Settings) -> list[Verdict]:
    """The verdicts on evidence about sites and numbers, in the order given."""
    from classifiers import domains, numbers
    from flows.shelf import current_model, current_number_model

    now = settings.now()
    sites = [e for e in evidence if e.indicator.kind is not Kind.NUMBER]
    calls = [e for e in evidence if e.indicator.kind is Kind.NUMBER]
    found = {
        verdict.indicator: verdict
        for verdict in (
            *(domains.judge(sites, now=now, model=current_model(settings)) if sites else ()),
            *(numbers.judge(calls, now=now, model=current_number_model(settings)) if calls else ()),
        )
    }
    return [found[e.indicator] for e in evidence]


def next_batch(
    shop: Workshop, stage: Stage, *, size: int, numbers: bool | None = None
) -> list[Indicator]:
    """The subjects to take at a stage, those with the most voices first; empty when all is done."""
    with shop.store.read() as tx:
        return at_stage(tx, stage, limit=size, numbers=numbers)
