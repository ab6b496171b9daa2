"""Where and with what a number calls: its devices and cells, and whom it shares them with."""

import ibis

from classifiers.numbers.features.steps import Stage, Table

HEAVY_CALLS = 5
"""Calls in a day from which a number that never moves counts into its cell's crowd."""
LARGEST_BOX = 512
"""Numbers that one device can carry in a day: what the largest SIM banks hold. More of them share a
placeholder, not a device, and of them it is not known."""
LARGEST_CROWD = 1_000
"""Unmoving heavy callers that one cell can have; more of them share a placeholder."""
SYNC_SECONDS = 900
"""Two numbers of one cell that begin their day in the same quarter of an hour began together."""


def devices(records: Table, stage: Stage) -> Table:
    """Each number's devices and cells, how many numbers share a device, and its cell if it has one."""
    told = records.filter(records.imei.notnull() | records.cell.notnull())
    places = stage("places", told.select("number", "imei", "cell").distinct())
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


def gangs(callers: Table, devices: Table) -> Table:
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
