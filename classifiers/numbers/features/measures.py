"""Normalised call records of one day → one row of measures per caller: what can be added up.

Everything later is made of these rows, so a new day costs one day. The expressions use only what
both DuckDB and Spark compute alike (no mode, no kurtosis, no HyperLogLog), and every sum is cast.
Times are whole seconds UTC; a surrogate is a signed 64-bit integer.

What few records concern is counted over those alone, and each grouping carries few sums: with a
million callers no group stays in the processor's cache, and the engine writes nearly one whole state
per record.
"""

from dataclasses import dataclass

import ibis

from classifiers.numbers.features import gangs, reach
from classifiers.numbers.features.steps import Stage, Table, attach

VERSION = 2
"""Raised whenever a measure means something else: stored days of an earlier version are made anew."""
SHORT_SECONDS = 10
LONG_SECONDS = 300


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
    base = stage("base", _base(records).inner_join(_hours(records, ground), "number"))
    devices = stage("devices", gangs.devices(records, stage))
    day = base
    for name, part in (
        ("answered", _answered(records)),
        ("away", _count(records, "area", ground.risk_areas, "away")),
        ("gateway", _count(records, "tac", ground.gateway_tacs, "gateway")),
        ("repeated", reach.repeated(records, stage)),
        ("received", reach.received(records, base)),
        ("gangs", gangs.gangs(base, devices)),
    ):
        day = attach(day, stage(name, part))
    day = attach(day, devices)
    counts = [c for c in day.columns if c not in ("number", "median_seconds")]
    return reach.with_reach(day.mutate(**{name: day[name].fill_null(0) for name in counts})).select(
        "number", *MEASURES
    )


def _base(records: Table) -> Table:
    """What is known of every caller."""
    r = records
    return r.group_by("number").aggregate(
        out_calls=r.count().cast("int64"),
        first_at=r["at"].min(),
        last_at=r["at"].max(),
        form=r.form.max().cast("int64"),
    )


def _hours(records: Table, ground: Ground) -> Table:
    """How each number's calls lie over the local hours of the day."""
    slots = (
        records.select("number", hour=((records["at"] + ground.offset) // 3600).cast("int64"))
        .group_by(["number", "hour"])
        # Exact up to 2^53, and summed at half the cost of whole numbers.
        .aggregate(calls=lambda t: t.count().cast("float64"))
    )
    hour = slots.hour % 24
    is_night = (hour >= 22) | (hour < 7)
    return slots.group_by("number").aggregate(
        night=is_night.ifelse(slots.calls, 0.0).sum().cast("int64"),
        active_hours=slots.count().cast("int64"),
        busiest_hour=slots.calls.max().cast("int64"),
        hour_squares=(slots.calls * slots.calls).sum().cast("int64"),
    )


def _answered(records: Table) -> Table:
    """What the answered calls say; callers without one are left out."""
    r = records.filter(records.seconds > 0)
    return r.group_by("number").aggregate(
        answered=r.count().cast("int64"),
        talk=r.seconds.sum().cast("int64"),
        short=r.count(where=r.seconds < SHORT_SECONDS).cast("int64"),
        long=r.count(where=r.seconds >= LONG_SECONDS).cast("int64"),
        median_seconds=r.seconds.median().cast("float64"),
    )


def _count(records: Table, column: str, values: tuple[int, ...], name: str) -> Table:
    """Calls whose `column` is one of a few `values`; callers without one are left out."""
    hits = records.filter(records[column].isin(values) if values else ibis.literal(False))
    return hits.group_by("number").aggregate(**{name: hits.count().cast("int64")})
