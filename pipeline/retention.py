"""Old evidence is removed, but never what a live decision or an open appeal rests on (DESIGN, promise 5)."""

import hashlib
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.artifacts import ArtifactStore, Bundle, Place
from pipeline.nouns import Action, Indicator, Json, Kind
from pipeline.store import Connection
from pipeline.store.appeals import AppealState, list_appeals
from pipeline.store.decisions import last_seq
from pipeline.store.live import live_at

_ALL_APPEALS = 1_000_000


@dataclass(frozen=True, slots=True)
class Pruned:
    """What a run of retention did."""

    looked_at: int
    removed: int
    """Visits whose evidence is gone."""
    held: int
    """Visits older than the limit whose evidence stays."""


def held_indicators(connection: Connection, *, at: datetime) -> set[Indicator]:
    """What live decisions and open appeals are about, and what they were judged from."""
    held: set[Indicator] = set()
    for decision in live_at(connection, cut=last_seq(connection), at=at, actions=list(Action)):
        held.add(decision.indicator)
        if decision.subject is not None:
            held.add(decision.subject)
    for appeal in list_appeals(connection, state=AppealState.OPEN, limit=_ALL_APPEALS):
        held |= {appeal.indicator, appeal.target}
    return held


def is_held(indicator: Indicator, held: set[Indicator]) -> bool:
    """Whether evidence about an indicator must stay: it, its host, or a domain above is held."""
    return not held.isdisjoint([indicator, *scopes_above(indicator)])


def scopes_above(indicator: Indicator) -> list[Indicator]:
    """What a decision may be about that meets an indicator too: its host, and the domains above."""
    if indicator.kind is Kind.NUMBER:
        return []
    host = urlsplit(indicator.value).hostname if indicator.kind is Kind.URL else indicator.value
    labels = (host or "").split(".")
    above = [Indicator(Kind.HOST, host or "")] if indicator.kind is not Kind.DOMAIN else []
    above += [Indicator(Kind.DOMAIN, ".".join(labels[n:])) for n in range(len(labels))]
    return [one for one in above if one != indicator]


def prune(store: ArtifactStore, held: set[Indicator], *, keep: timedelta, at: datetime) -> Pruned:
    """Remove evidence files older than `keep`; visits that are held move into a smaller file.

    May be stopped at any moment: the smaller file is whole before the old one goes.
    """
    looked_at = removed = staying = 0
    for name in store.bundles():
        manifest = store.manifest(name)
        if manifest is None:
            continue
        for_good, gone = _sort(
            manifest["visits"], lambda key: is_held(Indicator.from_key(key), held), before=at - keep
        )
        looked_at += 1
        removed += len(gone)
        staying += len(for_good) if gone else 0
        if gone and for_good:
            _repack(store, name, for_good)
        if gone:
            store.remove_bundle(name)
    return Pruned(looked_at, removed, staying)


def _sort(
    visits: Iterable[dict[str, Json]], is_needed: Callable[[str], bool], *, before: datetime
) -> tuple[list[dict[str, Json]], list[dict[str, Json]]]:
    stay: list[dict[str, Json]] = []
    go: list[dict[str, Json]] = []
    for visit in visits:
        old = datetime.fromisoformat(visit["at"]) < before
        needed = not old or any(is_needed(key) for key in visit["indicators"])
        (stay if needed else go).append(visit)
    return stay, go


def _repack(store: ArtifactStore, name: str, visits: list[dict[str, Json]]) -> None:
    """Write the records of some visits into a file of their own, as they are."""
    bodies: dict[str, tuple[int, int]] = {}
    moved: list[dict[str, Json]] = []
    with tempfile.TemporaryDirectory(prefix="fanzha-retention-") as folder:
        path = Path(folder) / "kept.warc.gz"
        with path.open("wb") as stream:
            for visit in visits:
                records = []
                for record in visit["records"]:
                    place = Place(name, record["offset"], record["length"])
                    record = {**record, "offset": stream.tell()}  # noqa: PLW2901
                    stream.write(store.record(place))
                    records.append(record)
                    if record["sha256"]:
                        bodies.setdefault(record["sha256"], (record["offset"], record["length"]))
                moved.append({**visit, "records": records})
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        folder_of, _, batch = name.rpartition("/")
        kept = f"{folder_of}/{batch.rpartition('-')[0]}-{digest[:12]}"
        store.put_bundle(Bundle(kept, path, bodies, moved))
