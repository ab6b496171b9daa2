"""Whom a number calls and who calls it: distinct callees, call-backs, entropy, without a distinct count.

Most pairs of numbers talk once in a day. A pair that does adds one call to one callee and nothing
else, so it need not be kept: what the repeated pairs say, with all calls made and received, gives
every measure exactly. An unordered pair {a, b} is grouped once for both directions, which spares the
join of the calls with themselves that call-backs would need.
"""

import ibis

from classifiers.numbers.features.steps import Stage, Table

BUCKETS = 4
"""Pairs are counted in so many passes, which bounds the memory of a day. A power of two."""


def repeated(records: Table, stage: Stage) -> Table:
    """Per number, what its pairs of two calls and more say; numbers without one are left out.

    The passes are over disjoint pairs, so they add up.
    """
    parts = [stage(f"pairs_{bucket}", _pairs(records, bucket)) for bucket in range(BUCKETS)]
    pairs = ibis.union(*parts)
    down = pairs.n - pairs.up
    sides = ibis.union(
        pairs.select(number=pairs.low, made=pairs.up, got=down),
        pairs.filter(pairs.low != pairs.high).select(number=pairs.high, made=down, got=pairs.up),
    )
    made, got = sides.made, sides.got
    weight = (made > 0).ifelse(made, 1).cast("float64")
    return sides.group_by("number").aggregate(
        calls_again=made.sum().cast("int64"),
        callees_again=sides.count(where=made > 0).cast("int64"),
        once_again=sides.count(where=made == 1).cast("int64"),
        n_log_n=(weight * weight.ln()).sum(),
        top_again=made.max(),
        called_back=sides.count(where=(made > 0) & (got > 0)).cast("int64"),
        in_again=got.sum().cast("int64"),
        callers_again=sides.count(where=got > 0).cast("int64"),
    )


def _pairs(records: Table, bucket: int) -> Table:
    """The unordered pairs of one pass with two calls and more: all calls, and those from low to high."""
    r = records.select("number", "other")
    r = r.filter(((r.number ^ r.other) & (BUCKETS - 1)) == bucket)
    up = r.number <= r.other
    sides = r.select(low=up.ifelse(r.number, r.other), high=up.ifelse(r.other, r.number), up=up)
    pairs = sides.group_by(["low", "high"]).aggregate(
        up=lambda t: t.count(where=t.up).cast("int64"), n=lambda t: t.count().cast("int64")
    )
    return pairs.filter(pairs.n > 1)


def received(records: Table, callers: Table) -> Table:
    """Calls that each of `callers` received from others."""
    calls = records.select("number", "other").filter(lambda t: t.number != t.other)
    return (
        calls.semi_join(callers, calls.other == callers.number)
        .group_by(number="other")
        .aggregate(in_calls=lambda t: t.count().cast("int64"))
    )


def with_reach(day: Table) -> Table:
    """The measures of reach from `out_calls`, `in_calls` and what `repeated` says, nulls being 0."""
    alone = day.out_calls - day.calls_again
    return day.mutate(
        callees=alone + day.callees_again,
        once=alone + day.once_again,
        top_callee=ibis.greatest(day.top_again, 1),
        callers=day.in_calls - day.in_again + day.callers_again,
    )
