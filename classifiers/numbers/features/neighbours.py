"""Whom confirmed numbers called → how many of a number's own callees they are: gangs work off lists."""

from classifiers.numbers.features.steps import Stage, Table

RECENT_DAYS = 7
"""Newest days of the window whose callees are compared: lists of victims are worked off in days,
and reading more would cost what adding up days of measures saves."""


def shared_callees(records: Table, confirmed: Table, *, offset: int, stage: Stage) -> Table:
    """(number, shared_callees): its callees, counted once a day, whom a confirmed number called too.

    `records` are the calls of the recent days, `confirmed` the surrogates of confirmed numbers in a
    column `number`. A confirmed number's own calls do not count against itself: it needs another.
    """
    calls = records.select(
        "number", "other", day=((records["at"] + offset) // 86_400).cast("int64")
    )
    victims = stage(
        "victims",
        calls.semi_join(confirmed, "number")
        .select("number", "other")
        .distinct()
        .group_by("other")
        .aggregate(by=lambda t: t.count().cast("int64"), one=lambda t: t.number.min()),
    )
    pairs = stage("recent_pairs", calls.semi_join(victims, "other").distinct())
    told = pairs.inner_join(victims, "other")
    return (
        told.filter((told.by > 1) | (told.number != told.one))
        .group_by("number")
        .aggregate(shared_callees=lambda t: t.count().cast("int64"))
    )
