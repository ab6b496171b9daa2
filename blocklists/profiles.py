"""The profile of a carrier: of everything listed, what it takes."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from blocklists.build import Lists
from blocklists.formats import Changed
from pipeline.settings import CarrierSettings


def for_carrier(lists: Lists, carrier: CarrierSettings) -> Lists:
    """The lists that a carrier enforces: its categories, and of each list the newest up to its cap."""

    def chosen(table: pa.Table) -> pa.Table:
        table = _of_categories(table, carrier)
        if carrier.cap is not None and len(table) > carrier.cap:
            # The newest are those that still do harm; of equally old ones, the first in order.
            newest = pc.sort_indices(table, sort_keys=[("listed_at", "descending")])
            table = table.take(pa.array(np.sort(newest[: carrier.cap].to_numpy())))
        return table

    return Lists(
        names=chosen(lists.names),
        covered=chosen(lists.covered),
        addresses=chosen(lists.addresses),
        urls=chosen(lists.urls),
        numbers=chosen(lists.numbers),
        exceptions=lists.exceptions,
        plain=chosen(lists.plain),
    )


def changed_for_carrier(changed: Changed | None, carrier: CarrierSettings) -> Changed | None:
    """The tombstones of a carrier's categories; what is new is chosen with its lists.

    What a cap lets in again only because others left comes with the next full files.
    """
    return changed and Changed(changed.added, _of_categories(changed.gone, carrier))


def _of_categories(table: pa.Table, carrier: CarrierSettings) -> pa.Table:
    if not carrier.categories:
        return table
    wanted = pa.array([category.value for category in carrier.categories])
    return table.filter(pc.is_in(table["category"].cast(pa.string()), wanted))
