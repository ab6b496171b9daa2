"""Days of measures and the slow feeds → one wide row per number, and from it the features."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import ibis

from classifiers.numbers.complaints import CROWD, HEAT_DAYS, PROVEN, UNPROVEN
from classifiers.numbers.features.catalogue import FEATURES
from classifiers.numbers.features.gangs import HEAVY_CALLS
from classifiers.numbers.features.steps import Stage, Table, attach

KEPT_DAYS = 7
"""Days before the newest row of all in which a number's own newest row still says that it is active."""


@dataclass(frozen=True, slots=True)
class Extras:
    """The slow feeds, normalised; None where the carrier sends none, and its features are null."""

    subscribers: Table | None = None
    complaints: Table | None = None
    sms: Table | None = None
    topups: Table | None = None
    shared: Table | None = None
    """(number, shared_callees): callees whom confirmed numbers called too, of `neighbours`."""
    spoofed: Table | None = None
    """(number, day): local days on which others showed a number; complaints of it do not count."""
    weights: Table | None = None
    """(reporter, weight, proven): reporters who were found right or wrong, `complaints.Record`."""
    heard_until: int | None = None
    """Time up to which complaints count, also after a number's last call, and by which they fade;
    None: each number's own last call, where what came after it must not be known."""


def window_features(
    days: Sequence[tuple[int, Table]], extras: Extras, *, offset: int, stage: Stage
) -> Table:
    """One row per number: `number`, `until` and every feature of the catalogue.

    `days` are (day, measures) with the day in whole local days since 1970; the last is the newest.
    """
    first, last = days[0][0], days[-1][0]
    # Only what an active number can have counts, so that rows of the future never leak in.
    wide = stage("window", _combine(days, first=first, last=last, offset=offset))
    if extras.complaints is not None and extras.spoofed is not None:
        told = _about_the_owner(extras.complaints, extras.spoofed, offset)
        extras = replace(extras, complaints=told)
    for join in (_subscribers, _complaints, _sms, _topups, _shared):
        wide = join(wide, extras, stage)
    return wide.select(
        "number",
        "until",
        **{name: f.expression(wide).cast("float64") for name, f in FEATURES.items()},
    )


def _combine(days: Sequence[tuple[int, Table]], *, first: int, last: int, offset: int) -> Table:
    tables = [table.mutate(day=ibis.literal(day, "int64")) for day, table in days]
    d = ibis.union(*tables) if len(tables) > 1 else tables[0]
    calls = d.out_calls.cast("float64")
    is_last = d.day == last

    def total(value: Any) -> Any:
        return value.sum().cast("int64")

    return (
        d.group_by("number")
        .aggregate(
            active_days=d.count().cast("int64"),
            until=d.last_at.max(),
            began=(d.day.min() * 86_400 - offset).cast("int64"),
            out_calls=total(d.out_calls),
            out_calls_last=total(is_last.ifelse(d.out_calls, 0)),
            out_calls_before=is_last.ifelse(0, d.out_calls).sum().cast("float64"),
            answered=total(d.answered),
            talk=total(d.talk),
            short=total(d.short),
            long=total(d.long),
            night=total(d.night),
            away=total(d.away),
            gateway=total(d.gateway),
            active_hours=total(d.active_hours),
            busiest_hour=d.busiest_hour.max(),
            busiest_sum=total(d.busiest_hour),
            even_calls=(
                calls
                * calls
                * calls
                / (d.hour_squares.cast("float64") * d.active_hours.cast("float64"))
            ).sum(),
            span=total(d.last_at - d.first_at),
            form=d.form.max(),
            median_calls=(d.median_seconds.fill_null(0.0) * d.answered.cast("float64")).sum(),
            callees=total(d.callees),
            once=total(d.once),
            entropy_calls=(calls * calls.ln() - d.n_log_n).sum(),
            top_callee_sum=total(d.top_callee),
            called_back=total(d.called_back),
            in_calls=total(d.in_calls),
            callers=total(d.callers),
            imeis=d.imeis.max(),
            cells=d.cells.max(),
            sims_per_imei=d.sims_per_imei.max(),
            cell_crowd=d.cell_crowd.max(),
            cell_sync=d.cell_sync.max(),
        )
        .mutate(
            window_days=ibis.literal(last - first + 1, "int64"),
            days_before=ibis.literal(max(last - first, 1), "int64"),
            since=ibis.literal(first * 86_400 - offset, "int64"),
        )
    )


def _nulls(wide: Table, **columns: str) -> Table:
    return wide.mutate(**{name: ibis.null(dtype) for name, dtype in columns.items()})


def _subscribers(wide: Table, extras: Extras, stage: Stage) -> Table:
    s = extras.subscribers
    if s is None:
        return _nulls(
            wide,
            activated="int64",
            last_active="int64",
            identity_numbers="int64",
            batch_heavy="int64",
        )
    newest = stage("subscribers_newest", newest_rows(s))
    # A card that the files of the last days no longer name was given back.
    until = newest.aggregate(until=newest["at"].max() - KEPT_DAYS * 86_400)
    held = newest.cross_join(until).filter(lambda t: t["at"] >= t.until)
    identities = (
        held.filter(held.identity.notnull())
        .group_by("identity")
        .aggregate(identity_numbers=lambda t: t.count().cast("int64"))
    )
    # Of a daily file the newest word is of the burst itself: silence is what lay before it.
    used = s.inner_join(wide.select("number", "began"), "number")
    silence = stage(
        "silence",
        used.filter(used.last_active < used.began)
        .group_by("number")
        .aggregate(last_active=lambda t: t.last_active.max()),
    )
    heavy = stage(
        "heavy",
        wide.filter(wide.out_calls >= HEAVY_CALLS * wide.active_days)
        .select("number")
        .inner_join(newest.filter(newest.batch.notnull()), "number")
        .group_by(["dealer", "batch"])
        .aggregate(batch_heavy=lambda t: t.count().cast("int64")),
    )
    own = newest.drop("last_active").semi_join(wide, "number")
    own = own.left_join(silence, "number").drop("number_right")
    own = own.left_join(identities, "identity").drop("identity_right")
    own = own.left_join(heavy, ["dealer", "batch"]).select(
        "number",
        "activated",
        "last_active",
        "identity_numbers",
        batch_heavy=lambda t: t.batch_heavy.fill_null(0),
    )
    return attach(wide, stage("own_subscribers", own))


def newest_rows(subscribers: Table) -> Table:
    """Of each number its newest row, whole: never one file's identity with another one's dealer."""
    s = subscribers
    order = [ibis.desc(s[name]) for name in ("at", "activated", "identity", "dealer", "batch")]
    ranked = s.select(
        "number", "at", "activated", "identity", "dealer", "batch", "last_active",
        rank=ibis.row_number().over(ibis.window(group_by="number", order_by=order)),
    )  # fmt: skip
    return ranked.filter(ranked.rank == 0).drop("rank")


def _complaints(wide: Table, extras: Extras, stage: Stage) -> Table:
    c = extras.complaints
    if c is None:
        return _nulls(wide, complaint_heat="float64", complaint_reporters="int64")
    # As `complaints.weigh` does it for one number. `legitimate` is code 2 of the contract; one
    # reporter is one voice, and the newest word counts.
    told = c.inner_join(wide.select("number", "until"), "number")
    if extras.heard_until is not None:
        told = told.mutate(until=ibis.literal(extras.heard_until, "int64"))
    told = told.filter(told["at"] <= told.until)
    against = (told.verdict != 2).ifelse(told["at"], ibis.null("int64"))
    words = told.mutate(against=against).group_by(["number", "reporter"])
    newest = words.aggregate(
        at=lambda t: t["at"].max(), against=lambda t: t.against.max(), until=lambda t: t.until.max()
    )
    voices = newest.filter(newest.against == newest["at"]).select(
        "number", "reporter", age=lambda t: (t.until - t["at"]).cast("float64") / 86_400.0
    )
    if extras.weights is None:
        weighed = voices.mutate(weight=ibis.literal(UNPROVEN), proven=ibis.literal(False))
    else:
        weighed = voices.left_join(extras.weights, "reporter").drop("reporter_right")
        weighed = weighed.mutate(
            weight=weighed.weight.fill_null(UNPROVEN), proven=weighed.proven.fill_null(False)
        )
    warm = weighed.mutate(
        heat=(weighed.age * (-0.6931471805599453 / HEAT_DAYS)).exp() * weighed.weight
    )
    sums = warm.group_by("number").aggregate(
        crowd=lambda t: t.proven.ifelse(0.0, t.heat).sum(),
        known=lambda t: t.proven.ifelse(t.heat, 0.0).sum(),
        complaint_reporters=lambda t: t.count(where=t.weight > 0).cast("int64"),
    )
    heat = sums.select(
        "number",
        "complaint_reporters",
        complaint_heat=lambda t: ibis.least(t.crowd, CROWD) + ibis.least(t.known, PROVEN),
    )
    joined = attach(wide, stage("heat", heat))
    return joined.mutate(
        complaint_heat=joined.complaint_heat.fill_null(0.0),
        complaint_reporters=joined.complaint_reporters.fill_null(0),
    )


def _about_the_owner(complaints: Table, spoofed: Table, offset: int) -> Table:
    told = complaints.mutate(day=((complaints["at"] + offset) // 86_400).cast("int64"))
    return told.anti_join(spoofed, ["number", "day"]).drop("day")


def _sms(wide: Table, extras: Extras, stage: Stage) -> Table:
    m = extras.sms
    if m is None:
        return _nulls(wide, sms_sent="int64", sms_receivers="int64")
    sent = m.inner_join(wide.select("number", "since", "until"), "number")
    pairs = (
        sent.filter((sent["at"] >= sent.since) & (sent["at"] <= sent.until))
        .group_by(["number", "other"])
        .aggregate(n=lambda t: t.count().cast("int64"))
    )
    counts = pairs.group_by("number").aggregate(
        sms_sent=lambda t: t.n.sum().cast("int64"),
        sms_receivers=lambda t: t.count().cast("int64"),
    )
    joined = attach(wide, stage("messages", counts))
    return joined.mutate(
        sms_sent=joined.sms_sent.fill_null(0), sms_receivers=joined.sms_receivers.fill_null(0)
    )


def _topups(wide: Table, extras: Extras, stage: Stage) -> Table:
    t = extras.topups
    if t is None:
        return _nulls(wide, topped_up="int64")
    paid = t.inner_join(wide.select("number", "until"), "number")
    newest = (
        paid.filter(paid["at"] <= paid.until)
        .group_by("number")
        .aggregate(topped_up=lambda p: p["at"].max())
    )
    return attach(wide, stage("paid", newest))


def _shared(wide: Table, extras: Extras, stage: Stage) -> Table:
    # Zero, not null, where nobody is confirmed yet: to know somebody must never speak for the others.
    if extras.shared is None:
        return wide.mutate(shared_callees=ibis.literal(0, "int64"))
    joined = attach(wide, extras.shared)
    return joined.mutate(shared_callees=joined.shared_callees.fill_null(0))
