"""One subject, many numbers (一人一卡涉案、多卡管控): who shares something with a confirmed number.

A link is a reason to look, never a verdict: what comes out goes to review with the link as its
reason. Groups too large to mean anything (an office's switchboard, a batch of a whole province) are
left out rather than flooding the queue.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import ibis

from classifiers.numbers.engine import Engine
from pipeline.whys import Why, why

LARGEST = {"identity": 50, "device": 64, "batch": 40, "gang": 64}
"""Members of a group above which the link says nothing."""

WORDS: dict[str, tuple[str, str]] = {
    "identity": ("与已确认涉诈号码同一证件", "same identity as a confirmed number"),
    "device": ("与已确认涉诈号码共用终端", "same device as a confirmed number"),
    "batch": ("与已确认涉诈号码同一网点同批开卡", "same dealer batch as a confirmed number"),
    "gang": (
        "与已确认涉诈号码同小区同步外呼",
        "began calling together with a confirmed number in one cell",
    ),
}
"""Kinds of links, in words."""

Table = Any


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """A number that shares something with a confirmed one."""

    number: int
    """Surrogate of the linked number."""
    by: str
    """Key of `WORDS`."""
    confirmed: int
    """Surrogate of the confirmed number."""
    group: int
    """How many numbers share it."""

    @property
    def name(self) -> tuple[int, str, int]:
        """Who is linked to whom by what, however many others there are."""
        return self.number, self.by, self.confirmed

    @property
    def why(self) -> Why:
        zh, en = WORDS[self.by]
        return why("linked", what_zh=zh, what_en=en, group=self.group)


def linked(
    engine: Engine,
    confirmed: Iterable[int],
    *,
    subscribers: Table | None = None,
    holders: Table | None = None,
    records: Table | None = None,
) -> list[Link]:
    """The numbers linked to confirmed ones, without those themselves.

    `subscribers` gives identities and batches, one row per number that is held now; `holders` those of
    the confirmed numbers when they were confirmed, by default what `subscribers` says of them.
    `records` of a day give devices and gangs.
    """
    wanted = sorted(set(confirmed))
    if not wanted:
        return []
    found: list[Link] = []
    if subscribers is not None:
        bad = subscribers.filter(subscribers.number.isin(wanted)) if holders is None else holders
        found += _by(engine, "identity", subscribers, ["identity"], wanted, bad)
        found += _by(engine, "batch", subscribers, ["dealer", "batch"], wanted, bad)
    if records is not None:
        begun = _beginnings(records)
        for kind, table, keys in (
            ("device", records, ["imei"]),
            ("gang", begun, ["cell", "begin"]),
        ):
            bad = table.filter(table.number.isin(wanted))
            found += _by(engine, kind, table, keys, wanted, bad)
    return nearest(found)


def nearest(links: Iterable[Link]) -> list[Link]:
    """Of each number its best link: the kind that `WORDS` names first, in the smallest group."""
    best: dict[int, Link] = {}
    for link in sorted(links, key=lambda link: (list(WORDS).index(link.by), link.group, link)):
        best.setdefault(link.number, link)
    return sorted(best.values())


def _by(
    engine: Engine,
    kind: str,
    table: Table,
    keys: Sequence[str],
    confirmed: list[int],
    bad: Table,
) -> list[Link]:
    known = table.filter(*(table[key].notnull() for key in keys))
    # A confirmed number counts to the group of its holder of then, and to no other.
    others = known.filter(~known.number.isin(confirmed)).select("number", *keys).distinct()
    named = bad.filter(*(bad[key].notnull() for key in keys)).select("number", *keys).distinct()
    guilty = engine.stage(f"guilty_{kind}", named)
    members = engine.stage(f"members_{kind}", others.semi_join(guilty, list(keys)))
    whole = ibis.union(members.mutate(bad=False), guilty.mutate(bad=True))
    groups = whole.group_by(list(keys)).aggregate(
        size=lambda t: t.count(),
        confirmed=lambda t: t.bad.ifelse(t.number, ibis.null("int64")).min(),
    )
    small = engine.stage(
        f"groups_{kind}", groups.filter((groups.size > 1) & (groups.size <= LARGEST[kind]))
    )
    rows = members.inner_join(small, list(keys)).select("number", "confirmed", "size").to_pyarrow()
    return [Link(row["number"], kind, row["confirmed"], row["size"]) for row in rows.to_pylist()]


def _beginnings(records: Table) -> Table:
    """Where and in which quarter of an hour each heavy, unmoving number began its day."""
    still = records.group_by("number").aggregate(
        cells=records.cell.nunique(),
        cell=records.cell.min(),
        begin=records["at"].min() // 900,
        calls=records.count(),
    )
    return still.filter((still.cells == 1) & (still.calls >= 5)).select("number", "cell", "begin")
