"""What a format is: a file name, the rows it takes, and how they are written."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import pyarrow as pa

from blocklists.build import Lists
from pipeline.nouns import Kind

Reasons = Callable[[Iterable[str]], Iterable[tuple[str, str]]]
"""Ids of decisions, ascending → in this order, those with reasons for the public, and these as JSON:
as `pipeline.store.public_reasons.reasons_behind` gives them."""


class Answer(StrEnum):
    """What a resolver answers for a listed name."""

    NXDOMAIN = "nxdomain"
    """There is no such name."""
    NODATA = "nodata"
    """The name exists, and has no address."""
    PAGE = "page"
    """The address of a warning page."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What has changed since the full files were written."""

    added: pa.Array
    """Decisions (32 bytes each) of entries that those files have not."""
    gone: pa.Table
    """Entries that they have and that are listed no longer, of `SCHEMA`; `expires_at` is when they
    were removed."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a file says beside its entries, and how its carrier wants them enforced."""

    serial: int
    at: datetime
    ttl: int = 60
    """Seconds that a resolver's client may keep an answer."""
    answer: Answer = Answer.NXDOMAIN
    page: str = ""
    """Host name or address of the warning page."""
    hot: dict[str, tuple[Kind | None, Kind | None]] = field(default_factory=dict)
    """What has changed since the BASE zones that resolvers may have: name → its scope in them and now;
    None where it was or is not listed."""
    uncapped: pa.Table | None = None
    """Of a carrier with a cap, the names that it would have without: no other name was un-blocked."""
    changed: Changed | None = None
    """None where the full files are written anew."""
    removed: pa.Table | None = None
    """What was listed once and is no longer, of `SCHEMA`; `expires_at` is when it was removed."""
    never_calling: tuple[str, ...] = ()
    """Numbers that never originate a call."""
    false_prefixes: tuple[str, ...] = ()
    """Beginnings that no genuine caller's number has."""
    reasons: Reasons | None = None
    """Asked only when the file of reasons is written."""


@dataclass(frozen=True, slots=True)
class File:
    """One file to be written: its name in the release, how many entries it holds, and its bytes."""

    name: str
    entries: int | None
    """None where nobody knows before it is written: then each line is one."""
    pieces: Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write the lists down."""

    list: str
    """What it lists: `names`, `urls`, `addresses`, `numbers` or `entries`."""
    about: str
    """For whom it is, in a few words."""
    files: Callable[[Lists, Head], Iterator[File]]
    """The files that it makes; one, but for feeds that are folders."""
    deltas: bool = True
    """Whether its changes are told as deltas."""


Takes = Callable[[Lists], pa.Table]
Writes = Callable[[pa.Table, Head, Lists], Iterable[bytes]]


def single(name: str, lists: str, about: str, takes: Takes, write: Writes) -> Format:
    """A format of one file: `takes` chooses the rows that it can hold, `write` writes them."""

    def files(source: Lists, head: Head) -> Iterator[File]:
        rows = takes(source)
        yield File(name, len(rows), write(rows, head, source))

    return Format(lists, about, files)
