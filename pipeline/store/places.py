"""Where known names stand in the tree of names, so that all below one are found in one range."""

from collections.abc import Iterable

from sqlalchemy import Column, ColumnElement, Connection, Table, Text

from pipeline.indicators import host_of, is_ip
from pipeline.nouns import Indicator
from pipeline.store.schema import IndicatorKey, insert_new, metadata

places = Table(
    "places",
    metadata,
    # Sorted by its bytes on every database, as a key of an indicator is.
    Column("place", Text().with_variant(Text(collation="C"), "postgresql"), primary_key=True),
    Column("indicator", IndicatorKey, primary_key=True),
    # One tree instead of a table and its index: a row is nothing but its key.
    sqlite_with_rowid=False,
)


def place_of(host: str) -> str:
    """A host as its labels from the top down, each with a dot after it: `example.shop.www.`.

    All below a name then begin as the name does. An address has nothing below it, and is one label.
    """
    return f"{host}." if is_ip(host) else ".".join(reversed(host.split("."))) + "."


def keep_places(connection: Connection, indicators: Iterable[Indicator]) -> None:
    """Let names and pages be found by their place; numbers have none. Doing it twice changes nothing."""
    placed = [
        (place_of(host), str(indicator))
        for indicator in indicators
        if (host := host_of(indicator)) is not None
    ]
    # In order: so no two writers wait for each other, and a tree that is filled in order is quick.
    rows = [{"place": place, "indicator": key} for place, key in sorted(placed)]
    insert_new(connection, places, rows)


def under(host: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The conditions that hold of the places at and below a name."""
    begin = place_of(host)
    # "/" follows ".": the range holds what begins so, and nothing else.
    return places.c.place >= begin, places.c.place < begin[:-1] + "/"
