"""One feed file, batch by batch, into a folder of drafts: keyed rows by day, sealed numbers, rejects."""

import csv
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.errors import FanzhaError
from pipeline.feeds.broken import EARLY, MOSTLY
from pipeline.feeds.complainers import Former
from pipeline.feeds.guards import Guards, worst
from pipeline.feeds.keyring import Keyring
from pipeline.feeds.mapping import Mapping
from pipeline.feeds.normalise import Normalised, Surrogates, normalise
from pipeline.feeds.overlap import fingerprint
from pipeline.feeds.profile import Profile
from pipeline.feeds.sealed import SealedWriter
from pipeline.feeds.shelf import Delivery
from pipeline.feeds.source import Source
from pipeline.feeds.telling import told_cause

FORMER = "former.parquet"
"""Draft of the complainers' former surrogates."""
MOST_DAYS = 400
"""Days that the rows of one file may be of; each is a file of its own."""
Progress = Callable[[int], None]
"""Told the rows done after each batch."""


@dataclass(frozen=True, slots=True)
class Order:
    """With what a file is read."""

    sha256: str
    keys: Keyring
    mapping: Mapping
    guards: Guards
    now: datetime
    own: Surrogates
    """The carrier's subscribers as far as they are on the shelf, sorted."""


@dataclass(slots=True)
class _Counts:
    """What is counted over the batches."""

    whole: int = 0
    """Rows that reached a batch."""
    passed_over: int = 0
    newest: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)
    days: Counter[str] = field(default_factory=Counter)
    prints: dict[str, int] = field(default_factory=dict)


def read_into(draft: Path, source: Source, order: Order, progress: Progress) -> Delivery:
    """Read a file to its end into `draft`: a Parquet file per day, `sealed.parquet`, `rejects.csv`.

    Raises `FanzhaError` where it cannot be read on, or is mostly bad; then the draft is to be thrown away.
    """
    counts, profile = _Counts(), Profile(order.own)
    with ExitStack() as stack:
        handle = (draft / "rejects.csv").open("w", newline="", encoding="utf-8")
        rejects = csv.writer(stack.enter_context(handle))
        rejects.writerow(["row", "reason"])
        sealed = SealedWriter(draft / "sealed.parquet", order.keys.seal_key)
        stack.callback(sealed.close)
        former = Former(draft / FORMER)
        writers: dict[str, pq.ParquetWriter] = {}
        for batch in source.batches:
            numbers = source.broken.numbered(batch.num_rows)
            done = _normalised(batch, source, order)
            bad = [
                (int(numbers[done.places[n]]), reason)
                for n, reason in enumerate(done.reasons.tolist())
                if reason
            ]
            _set_aside(rejects, counts, [*bad, *source.broken.told()])
            counts.whole += batch.num_rows
            counts.passed_over += done.passed_over
            counts.unread.update(done.unread)
            _stop_early(source, counts, order.guards)
            profile.add(done)
            sealed.add(_kept_names(done))
            former.add(done.formerly)
            for day, part in _by_day(done.rows, order.guards.offset):
                if day not in writers:
                    if len(writers) == MOST_DAYS:
                        raise FanzhaError(
                            f"{source.path}: its rows are of more than {MOST_DAYS} days. Nothing was taken "
                            "in: check its times, or send it in parts"
                        )
                    file = draft / f"{day}.parquet"
                    writer = pq.ParquetWriter(file, part.schema, compression="zstd")
                    writers[day] = stack.enter_context(writer)
                writers[day].write_table(part)
                _count_day(counts, order.mapping.kind, day, part)
            progress(counts.whole)
        former.close()
        _set_aside(rejects, counts, source.broken.told(whole=True))
    return replace(_delivery(source, order, counts), shares=profile.shares())


def _normalised(batch: pa.RecordBatch, source: Source, order: Order) -> Normalised:
    latest = int((order.now + timedelta(hours=order.guards.ahead_hours)).timestamp())
    try:
        return normalise(
            batch,
            order.mapping,
            order.keys,
            offset=order.guards.offset,
            latest=latest,
            own=order.own,
        )
    except (pa.ArrowException, OverflowError) as error:
        raise FanzhaError(
            f"{source.path}: a column holds what its kind cannot be read from ({told_cause(error)}); "
            "expected text, numbers or times as in docs/feeds.md"
        ) from None


def _set_aside(rejects: Any, counts: _Counts, rows: list[tuple[int, str]]) -> None:
    rejects.writerows(sorted(rows))
    counts.reasons.update(reason for _, reason in rows)


def _stop_early(source: Source, counts: _Counts, guards: Guards) -> None:
    read = counts.whole + source.broken.count - counts.passed_over
    bad = sum(counts.reasons.values())
    if read >= EARLY and bad > max(MOSTLY, guards.max_bad) * read:
        raise FanzhaError(
            f"{source.path}: {bad:,} of its first {read:,} rows are bad ({worst(counts.reasons)}). Nothing "
            "was taken in: check the file's columns, or give a mapping (docs/feeds.md)"
        )


def _count_day(counts: _Counts, kind: str, day: str, part: pa.Table) -> None:
    counts.days[day] += part.num_rows
    counts.prints[day] = (counts.prints.get(day, 0) + fingerprint(kind, part)) % (1 << 64)
    counts.newest = max(counts.newest, int(pc.max(part["at"]).as_py()))


def _delivery(source: Source, order: Order, counts: _Counts) -> Delivery:
    return Delivery(
        kind=order.mapping.kind,
        id=order.sha256[:16],
        sha256=order.sha256,
        header=source.header,
        generation=order.keys.generation,
        hashed=order.keys.generation,
        rows=counts.whole + source.broken.count,
        kept=sum(counts.days.values()),
        rejected=sum(counts.reasons.values()),
        passed_over=counts.passed_over,
        reasons=dict(counts.reasons.most_common()),
        unread={name: rows for name, rows in counts.unread.items() if rows},
        days=dict(sorted(counts.days.items())),
        prints={day: f"{value:016x}" for day, value in sorted(counts.prints.items())},
        newest=counts.newest,
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
