"""Take a feed file in: read, check, key, guard, and only then put it on the shelf."""

import csv
import shutil
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.errors import FanzhaError
from pipeline.feeds.complainers import Former, pending
from pipeline.feeds.guards import Guards, check
from pipeline.feeds.keyring import Keyring
from pipeline.feeds.mapping import Mapping
from pipeline.feeds.normalise import NOBODY, Normalised, Surrogates, normalise
from pipeline.feeds.overlap import check_overlap, fingerprint
from pipeline.feeds.sealed import SealedWriter
from pipeline.feeds.shelf import Delivery, Shelf
from pipeline.feeds.source import Source, file_sha256, open_source

FORMER = "former.parquet"
"""Draft of the complainers' former surrogates."""
Progress = Callable[[int], None]
"""Told the rows done after each batch."""


def take_in(
    path: Path,
    *,
    shelf: Shelf,
    keys: Keyring,
    mapping: Mapping,
    guards: Guards,
    now: datetime,
    progress: Progress | None = None,
) -> Delivery:
    """Put a feed file on the shelf, once: a file that is there already changes nothing.

    Raises `FanzhaError` where the file is no such feed or a guard stops it; then nothing changed.
    """
    sha256 = file_sha256(path)
    known = shelf.delivery(mapping.kind, sha256[:16])
    if known is not None:
        return known
    source = open_source(path, mapping)
    draft = shelf.home / "drafts" / f"{mapping.kind}-{sha256[:16]}"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        told = progress or (lambda rows: None)
        own = _subscribers(shelf) if mapping.kind == "calls" else NOBODY
        order = _Order(sha256, keys, mapping, guards, now, own)
        delivery = _read(source, draft, order, told)
        before = shelf.deliveries(mapping.kind)
        check(delivery, before, guards, path=path, now=now)
        check_overlap(delivery, draft, before, shelf, path=path)
        _shelve(draft, shelf, delivery)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return delivery


@dataclass(frozen=True, slots=True)
class _Order:
    """With what a file is read."""

    sha256: str
    keys: Keyring
    mapping: Mapping
    guards: Guards
    now: datetime
    own: Surrogates
    """The carrier's subscribers as far as they are on the shelf, sorted."""


def _subscribers(shelf: Shelf) -> Surrogates:
    """Of the newest file alone, which counts: who went to another carrier comes in by its trunk."""
    newest = max(shelf.deliveries("subscribers"), key=lambda d: d.newest, default=None)
    if newest is None:
        return NOBODY
    paths = [shelf.rows("subscribers", day, newest.id) for day in newest.days]
    found = [pq.ParquetFile(path).read(columns=["number"]) for path in paths]
    return np.unique(pa.concat_tables(found)["number"].to_numpy()) if found else NOBODY


def _read(source: Source, draft: Path, order: _Order, progress: Progress) -> Delivery:
    keys, mapping, guards = order.keys, order.mapping, order.guards
    latest = int((order.now + timedelta(hours=guards.ahead_hours)).timestamp())
    reasons: Counter[str] = Counter()
    days: Counter[str] = Counter()
    prints: dict[str, int] = {}
    rows = passed_over = newest = 0
    with ExitStack() as stack:
        rejects = stack.enter_context(
            (draft / "rejects.csv").open("w", newline="", encoding="utf-8")
        )
        table = csv.writer(rejects)
        table.writerow(["row", "reason"])
        sealed = SealedWriter(draft / "sealed.parquet", keys.seal_key)
        stack.callback(sealed.close)
        former = Former(draft / FORMER)
        writers: dict[str, pq.ParquetWriter] = {}
        for batch in source.batches:
            done = normalise(
                batch, mapping, keys, offset=guards.offset, latest=latest, own=order.own
            )
            table.writerows(
                (rows + n + 1, reason) for n, reason in enumerate(done.reasons.tolist()) if reason
            )
            reasons.update(done.rejected())
            rows += batch.num_rows
            passed_over += done.passed_over
            sealed.add(_kept_names(done))
            former.add(done.formerly)
            for day, part in _by_day(done.rows, guards.offset):
                if day not in writers:
                    file = draft / f"{day}.parquet"
                    writer = pq.ParquetWriter(file, part.schema, compression="zstd")
                    writers[day] = stack.enter_context(writer)
                writers[day].write_table(part)
                days[day] += part.num_rows
                prints[day] = (prints.get(day, 0) + fingerprint(mapping.kind, part)) % (1 << 64)
                newest = max(newest, int(pc.max(part["at"]).as_py()))
            progress(rows)
        former.close()
        for reason in source.broken:
            reasons[reason] += 1
            table.writerow(["", reason])
    rejected = sum(reasons.values())
    return Delivery(
        kind=mapping.kind,
        id=order.sha256[:16],
        sha256=order.sha256,
        header=source.header,
        generation=keys.generation,
        hashed=keys.generation,
        rows=rows + len(source.broken),
        kept=sum(days.values()),
        rejected=rejected,
        passed_over=passed_over,
        reasons=dict(reasons.most_common()),
        days=dict(sorted(days.items())),
        prints={day: f"{value:016x}" for day, value in sorted(prints.items())},
        newest=newest,
    )


def _kept_names(done: Normalised) -> dict[int, str]:
    kept = set(pc.unique(done.rows["number"]).to_pylist())
    return {key: name for key, name in done.names.items() if key in kept}


def _by_day(rows: pa.Table, offset: int) -> list[tuple[str, pa.Table]]:
    if rows.num_rows == 0:
        return []
    number = pc.floor(pc.divide(pc.add(rows["at"], offset), 86_400.0)).cast(pa.int64())
    parts = []
    for value in sorted(pc.unique(number).to_pylist()):
        day = datetime.fromtimestamp(value * 86_400, UTC).date().isoformat()
        parts.append((day, rows.filter(pc.equal(number, value))))
    return parts


def _shelve(draft: Path, shelf: Shelf, delivery: Delivery) -> None:
    moves = [
        (draft / f"{day}.parquet", shelf.rows(delivery.kind, day, delivery.id))
        for day in delivery.days
    ]
    moves.append((draft / "sealed.parquet", shelf.sealed(delivery.kind, delivery.id)))
    moves.append((draft / "rejects.csv", shelf.rejects(delivery.kind, delivery.id)))
    if (draft / FORMER).exists():
        moves.append((draft / FORMER, pending(shelf, delivery.id)))
    for source, target in moves:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            source.replace(target)
        except OSError as error:
            raise FanzhaError(f"{target}: cannot be written ({error.strerror})") from error
    shelf.record(delivery)
