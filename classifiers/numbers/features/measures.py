"""Normalised call records of one day → one row of measures per caller: what can be added up.

Everything later is made of these rows, so a new day costs one day. The expressions use only what
both DuckDB and Spark compute alike (no mode, no kurtosis, no HyperLogLog), and every sum is cast.
Times are whole seconds UTC; a surrogate is a signed 64-bit integer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ibis

Table = Any
"""An ibis table expression."""
Stage = Callable[[str, Table], Table]
"""Materialises an expression under a name and gives the table back: what an engine does its way."""

VERSION = 2
"""Raised whenever a measure means something else: stored days of an earlier version are made anew."""
BUCKETS = 4
"""Pairs of numbers are counted in so many passes, which bounds the memory of a day. A power of two."""
SHORT_SECONDS = 10
LONG_SECONDS = 300
HEAVY_CALLS = 5
"""Calls in a day from which a number that never moves counts into its cell's crowd."""
LARGEST_BOX = 512
"""Numbers that one device can carry in a day: what the largest SIM banks hold. More of them share a
placeholder, not a device, and of them it is not known."""
LARGEST_CROWD = 1_000
"""Unmoving heavy callers that one cell can have; more of them share a placeholder."""
SYNC_SECONDS = 900
"""Two numbers of one cell that begin their day in the same quarter of an hour began together."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What the measures take from settings."""

    offset: int = 8 * 3600
    """The feed's zone in seconds east of UTC: night is local."""
    gateway_tacs: tuple[int, ...] = ()
    """TACs of devices that are no phones: GoIP gateways, SIM boxes, modem pools."""
    risk_areas: tuple[int, ...] = ()
    """Areas of `pipeline.feeds.normalise.area_code` where fraud is run from."""


MEASURES: dict[str, str] = {
    "out_calls": "calls made",
    "answered": "calls made that were answered",
    "talk": "seconds talked in calls made",
    "short": f"answered calls under {SHORT_SECONDS} s",
    "long": f"answered calls of {LONG_SECONDS} s and more",
    "night": "calls made from 22:00 to 07:00 local time",
    "away": "calls made while in a configured risk area",
    "gateway": "calls made by a device whose TAC is no phone's",
    "active_hours": "hours of the day with a call made",
    "busiest_hour": "calls made in the busiest hour",
    "hour_squares": "sum over hours of the square of the calls made",
    "first_at": "time of the first call made",
    "last_at": "time of the last call made",
    "form": "code of `pipeline.feeds.forms.Form`",
    "median_seconds": "median duration of the answered calls made",
    "callees": "distinct numbers called",
    "once": "numbers called exactly once",
    "n_log_n": "sum over callees of n ln n, n being the calls to one",
    "top_callee": "calls to the number called most",
    "called_back": "callees who also called this number",
    "in_calls": "calls received",
    "callers": "distinct numbers that called",
    "imeis": "distinct devices used",
    "cells": "distinct cells used",
    "sims_per_imei": "numbers seen in the busiest of its devices",
    "cell_crowd": "unmoving heavy callers in its one cell, itself included",
    "cell_sync": "those of the crowd that began within the same quarter of an hour",
}
"""The columns of a day, with their meaning; all are per number and local day."""


def measure_day(records: Table, ground: Ground, stage: Stage) -> Table:
    """The measures of each caller in the records of one local day."""
    hours = stage("hours", _hours(records, ground))
    sums = stage("sums", _sums(records, ground))
    callers = stage("callers", sums.inner_join(hours, "number"))
    reach = stage("reach", _reach(records, callers, stage))
    places = stage("places", _places(records))
    devices = stage("devices", _devices(places))
    gangs = stage("gangs", _gangs(callers, devices))
    joined = (
        callers.left_join(reach, "number")
        .drop("number_right")
        .left_join(devices, "number")
        .drop("number_right")
        .left_join(gangs, "number")
        .drop("number_right")
    )
    zero = {name: joined[name].fill_null(0) for name in _COUNTS}
    return joined.mutate(**zero).select("number", *MEASURES)


_COUNTS = (
    "callees", "once", "n_log_n", "top_callee", "called_back", "in_calls", "callers",
    "imeis", "cells", "sims_per_imei", "cell_crowd", "cell_sync",
)  # fmt: skip


def _hours(records: Table, ground: Ground) -> Table:
    """How each number's calls lie over the local hours of the day."""
    hour = ((records["at"] + ground.offset) // 3600 % 24).cast("int8")
    slots = (
        records.select("number", hour=hour)
        .group_by(["number", "hour"])
        .aggregate(calls=lambda t: t.count().cast("int64"))
    )
    is_night = (slots.hour >= 22) | (slots.hour < 7)
    return slots.group_by("number").aggregate(
        night=is_night.ifelse(slots.calls, 0).sum().cast("int64"),
        active_hours=slots.count().cast("int64"),
        busiest_hour=slots.calls.max(),
        hour_squares=(slots.calls * slots.calls).sum().cast("int64"),
    )


def _sums(records: Table, ground: Ground) -> Table:
    """What is counted per number in one grouping."""
    r = records
    # Null (another network's device or place) is no hit: to Spark a null condition is null.
    is_gateway, is_away = _in(r.tac, ground.gateway_tacs), _in(r.area, ground.risk_areas)
    answered = r.seconds > 0
    return r.group_by("number").aggregate(
        out_calls=r.count().cast("int64"),
        answered=r.count(where=answered).cast("int64"),
        talk=r.seconds.sum().cast("int64"),
        short=r.count(where=answered & (r.seconds < SHORT_SECONDS)).cast("int64"),
        long=r.count(where=r.seconds >= LONG_SECONDS).cast("int64"),
        away=r.count(where=is_away).cast("int64"),
        gateway=r.count(where=is_gateway).cast("int64"),
        first_at=r["at"].min(),
        last_at=r["at"].max(),
        form=r.form.max().cast("int64"),
        # `median(where=…)` fails on Spark; a null instead is left out by both.
        median_seconds=answered.ifelse(r.seconds, ibis.null("int32")).median().cast("float64"),
    )


def _in(column: Any, values: tuple[int, ...]) -> Any:
    return column.isin(values).fill_null(False) if values else ibis.literal(False)


def _reach(records: Table, callers: Table, stage: Stage) -> Table:
    """Whom a number calls and who calls it, from counts of unordered pairs.

    One grouping of {a, b} gives both directions at once, which spares the join of the calls with
    themselves that call-backs would need. The passes are over disjoint pairs, so they add up.
    """
    parts = [
        stage(f"reach_{bucket}", _reach_part(records, callers, bucket, stage))
        for bucket in range(BUCKETS)
    ]
    whole = ibis.union(*parts) if len(parts) > 1 else parts[0]
    return whole.group_by("number").aggregate(
        callees=whole.callees.sum().cast("int64"),
        once=whole.once.sum().cast("int64"),
        n_log_n=whole.n_log_n.sum(),
        top_callee=whole.top_callee.max(),
        called_back=whole.called_back.sum().cast("int64"),
        in_calls=whole.in_calls.sum().cast("int64"),
        callers=whole.callers.sum().cast("int64"),
    )


def _reach_part(records: Table, callers: Table, bucket: int, stage: Stage) -> Table:
    r = records.select("number", "other")
    r = r.filter(((r.number ^ r.other) & (BUCKETS - 1)) == bucket)
    forward = r.number <= r.other
    pairs = stage(
        f"pairs_{bucket}",
        r.select(
            low=forward.ifelse(r.number, r.other),
            high=forward.ifelse(r.other, r.number),
            up=forward.ifelse(1, 0),
        )
        .group_by(["low", "high"])
        .aggregate(up=lambda t: t.up.sum().cast("int64"), n=lambda t: t.count().cast("int64")),
    )
    down = pairs.n - pairs.up
    sides = ibis.union(
        pairs.select(number=pairs.low, made=pairs.up, got=down),
        pairs.filter(pairs.low != pairs.high).select(number=pairs.high, made=down, got=pairs.up),
    )
    # Who made a call is a caller; of the others, only callers are worth counting.
    called = sides.filter(sides.made == 0).semi_join(callers, "number")
    both = ibis.union(sides.filter(sides.made > 0), called)
    made, got = both.made, both.got
    weight = (made > 0).ifelse(made, 1).cast("float64")
    return both.group_by("number").aggregate(
        callees=both.count(where=made > 0).cast("int64"),
        once=both.count(where=made == 1).cast("int64"),
        n_log_n=(weight * weight.ln()).sum(),
        top_callee=made.max(),
        called_back=both.count(where=(made > 0) & (got > 0)).cast("int64"),
        in_calls=got.sum().cast("int64"),
        callers=both.count(where=got > 0).cast("int64"),
    )


def _places(records: Table) -> Table:
    return records.select("number", "imei", "cell").distinct()


def _devices(places: Table) -> Table:
    known = places.filter(places.imei.notnull()).select("number", "imei").distinct()
    shared = known.group_by("imei").aggregate(sims=lambda t: t.count().cast("int64"))
    own = (
        known.inner_join(shared.filter(shared.sims <= LARGEST_BOX), "imei")
        .group_by("number")
        .aggregate(imeis=lambda t: t.count().cast("int64"), sims_per_imei=lambda t: t.sims.max())
    )
    cells = (
        places.filter(places.cell.notnull())
        .select("number", "cell")
        .distinct()
        .group_by("number")
        .aggregate(cells=lambda t: t.count().cast("int64"), one_cell=lambda t: t.cell.min())
    )
    return (
        cells.outer_join(own, "number")
        .mutate(number=lambda t: ibis.coalesce(t.number, t.number_right))
        .drop("number_right")
    )


def _gangs(callers: Table, devices: Table) -> Table:
    """Crowds of heavy callers that never leave one cell, and those that begin together: GoIP."""
    still = (
        callers.filter(callers.out_calls >= HEAVY_CALLS)
        .inner_join(devices.filter(devices.cells == 1), "number")
        .select("number", cell=lambda t: t.one_cell, begin=lambda t: t.first_at // SYNC_SECONDS)
    )
    in_cell, together = ibis.window(group_by="cell"), ibis.window(group_by=["cell", "begin"])
    crowds = still.mutate(
        cell_crowd=still.number.count().over(in_cell).cast("int64"),
        cell_sync=still.number.count().over(together).cast("int64"),
    )
    return crowds.filter(crowds.cell_crowd <= LARGEST_CROWD).select(
        "number", "cell_crowd", "cell_sync"
    )
