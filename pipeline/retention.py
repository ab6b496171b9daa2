"""Old evidence is removed, but never what a live block, an open appeal or the queue rests on (DESIGN,
promise 5)."""

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

from pipeline.artifacts import ArtifactStore, Bundle, Kept, Place
from pipeline.nouns import Action, Indicator, Json, Kind, digest
from pipeline.soundness import file_faults
from pipeline.store import Connection, Store
from pipeline.store.appeals import AppealState, list_appeals
from pipeline.store.decisions import decision_by_id, last_seq
from pipeline.store.evidence_files import record_kept, record_removed, recorded
from pipeline.store.live import live_at
from pipeline.store.reviews import all_waiting

_ALL_APPEALS = 1_000_000
_HOLDING = (Action.BLOCK, Action.ALLOW)
"""What must be answered for while it lasts. What was dismissed or is watched accuses nobody, and
mostly never expires: to hold that would keep the pages of the honest for ever."""
_IN_THE_MAKING = timedelta(days=1)
"""Files without a manifest that are younger may belong to a batch that is being kept."""


@dataclass(slots=True)
class Pruned:
    """What a run of retention did, or would do."""

    looked_at: int = 0
    """Evidence files with visits older than the limit."""
    removed: int = 0
    """Visits whose evidence is gone."""
    freed: int = 0
    """Bytes of theirs."""
    held: int = 0
    """Visits older than the limit whose evidence stays."""
    leftovers: int = 0
    """Files without a manifest, of batches that were killed."""
    unsound: list[str] = field(default_factory=list)
    """Files that do not fit their hashes, of which something must stay: they are left as they are."""

    def rows(self) -> list[tuple[str, str]]:
        """The lines of a table: what, and how much."""
        return [
            ("old evidence files", f"{self.looked_at:,}"),
            ("visits removed", f"{self.removed:,}, {self.freed:,} bytes"),
            ("old visits that stay", f"{self.held:,}, for live blocks, open appeals and the queue"),
            ("leftovers of killed batches removed", f"{self.leftovers:,}"),
            ("files that do not fit their hashes", f"{len(self.unsound):,}"),
        ]


class Held:
    """Indicators about which evidence must stay, as 64-bit hashes: eight bytes for each.

    Two of the same hash hold each other, so that a collision keeps something longer.
    """

    def __init__(self, indicators: Iterable[Indicator]) -> None:
        hashes = (hash(str(indicator)) for indicator in indicators)
        self._hashes = np.unique(np.fromiter(hashes, dtype=np.int64))

    def __contains__(self, indicator: Indicator) -> bool:
        wanted = hash(str(indicator))
        at = int(np.searchsorted(self._hashes, wanted))
        return at < len(self._hashes) and int(self._hashes[at]) == wanted

    def __len__(self) -> int:
        return len(self._hashes)


def held_at(connection: Connection, *, at: datetime) -> Held:
    """What live blocks, open appeals and the queue are about, and what they were judged from."""
    return Held(_indicators_held(connection, at))


def _indicators_held(connection: Connection, at: datetime) -> Iterator[Indicator]:
    for decision in live_at(connection, cut=last_seq(connection), at=at, actions=_HOLDING):
        yield decision.indicator
        if decision.subject is not None:
            yield decision.subject
    for subject, target in all_waiting(connection):
        yield subject
        yield target
    for appeal in list_appeals(connection, state=AppealState.OPEN, limit=_ALL_APPEALS):
        yield appeal.indicator
        yield appeal.target
        # What was judged, also where the block has run out while the appeal is open.
        against = decision_by_id(connection, appeal.against)
        if against is not None and against.subject is not None:
            yield against.subject


def is_held(indicator: Indicator, held: Held) -> bool:
    """Whether evidence about an indicator must stay: it, its host, or a domain above is held."""
    return any(one in held for one in (indicator, *scopes_above(indicator)))


def scopes_above(indicator: Indicator) -> list[Indicator]:
    """What a decision may be about that meets an indicator too: its host, and the domains above."""
    if indicator.kind is Kind.NUMBER:
        return []
    host = urlsplit(indicator.value).hostname if indicator.kind is Kind.URL else indicator.value
    labels = (host or "").split(".")
    above = [Indicator(Kind.HOST, host or "")] if indicator.kind is not Kind.DOMAIN else []
    above += [Indicator(Kind.DOMAIN, ".".join(labels[n:])) for n in range(len(labels))]
    return [one for one in above if one != indicator]


def prune(
    store: ArtifactStore, records: Store, *, keep: timedelta, at: datetime, dry_run: bool = False
) -> Pruned:
    """Remove visits older than `keep` that nothing holds; of a file of both kinds a smaller one stays.

    Looks at each old file once, and at no other. May be stopped at any moment: the smaller file is
    whole and written down before the old one goes.
    """
    with records.read() as connection:
        held = held_at(connection, at=at)
    done = Pruned()
    limit = at - keep
    for name in store.bundles(before=(limit + timedelta(days=1)).date()):
        _prune_file(store, records, name, done, held=held, limit=limit, at=at, dry_run=dry_run)
    loose = _nobodys(store.leftovers(before=at - _IN_THE_MAKING), records)
    done.leftovers = len(loose)
    if not dry_run:
        store.remove(loose)
    return done


def _nobodys(parts: list[str], records: Store) -> list[str]:
    """Those that no batch was stored with: one that lost its manifest later is evidence all the same."""
    names = {part: part.removeprefix("warc/").partition(".")[0] for part in parts}
    with records.read() as connection:
        known = recorded(connection, list(names.values()))
    stored = {name for name, one in known.items() if one.removed_at is None}
    return [part for part, name in names.items() if part.endswith(".part") or name not in stored]


def _prune_file(
    store: ArtifactStore,
    records: Store,
    name: str,
    done: Pruned,
    *,
    held: Held,
    limit: datetime,
    at: datetime,
    dry_run: bool,
) -> None:
    with records.read() as connection:
        known = recorded(connection, [name]).get(name)
    if known is not None and known.removed_at is not None:
        # A run before this one was stopped when all that must stay was elsewhere already.
        if not dry_run:
            store.remove_bundle(name)
        return
    visits = (store.manifest(name) or {"visits": []})["visits"]
    stay: list[dict[str, Json]] = []
    go: list[dict[str, Json]] = []
    old = 0
    for visit in visits:
        is_old = datetime.fromisoformat(visit["at"]) < limit
        old += is_old
        (stay if not is_old or _is_needed(visit, held) else go).append(visit)
    done.looked_at += bool(old)
    done.held += old - len(go)
    if not go:
        return
    if stay and file_faults(store, name, known):
        # To write it anew would give what somebody changed a hash that fits.
        done.unsound.append(name)
        return
    done.removed += len(go)
    done.freed += sum(record.get("length", 0) for visit in go for record in visit["records"])
    if dry_run:
        return
    smaller = [_repack(store, name, stay)] if stay else []
    with records.write() as tx:
        record_kept(tx, smaller, at=at)
        record_removed(tx, name, at=at)
    store.remove_bundle(name)


def _is_needed(visit: dict[str, Json], held: Held) -> bool:
    try:
        return any(is_held(Indicator.from_key(key), held) for key in visit["indicators"])
    except ValueError:
        return True  # no address that we would have written: it is left for a person to look at


def _repack(store: ArtifactStore, name: str, visits: list[dict[str, Json]]) -> Kept:
    """Write the records of some visits into a file of their own, as they are."""
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
                moved.append({**visit, "records": records})
        folder_of, _, batch = name.rpartition("/")
        kept = f"{folder_of}/{batch.rpartition('-')[0]}-{digest(moved)[:12]}"
        return store.put_bundle(Bundle(kept, path, moved))
