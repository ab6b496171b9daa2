"""A MISP feed (misp-project.org/feeds): a folder of a manifest, hashes, and an event for each day.

UUIDs are made from what they name, so that a reader that fetches again updates what it has. What
left the lists is a deleted attribute of the day on which it was listed. An attribute knows no
exceptions: a domain with one is a `hostname`, as of the time at which it is written.
"""

import hashlib
from collections.abc import Iterator
from datetime import date
from uuid import uuid5

import pyarrow as pa
import pyarrow.compute as pc

from blocklists.build import Lists
from blocklists.formats.columns import (
    JSON_ESCAPES,
    NAMESPACE,
    Piece,
    column,
    escaped,
    is_domain,
    join,
    json_items,
    uuids,
)
from blocklists.formats.format import File, Head
from blocklists.formats.rpz import with_exceptions
from pipeline.nouns import Json, Kind, canonical_json

ORGANISATION = {"name": "Fanzha", "uuid": str(uuid5(NAMESPACE, "organisation"))}


def files(lists: Lists, head: Head) -> Iterator[File]:
    """The files of the feed, below `misp/`."""
    live = pa.concat_tables(list(lists.tables()))
    gone = head.removed if head.removed is not None else live.slice(0, 0)
    table = pa.concat_tables([live, gone]).append_column(
        "deleted", pa.chunked_array([pa.repeat(False, len(live)), pa.repeat(True, len(gone))])
    )
    above = pa.array([name.encode() for name in with_exceptions(lists)], pa.binary())
    narrow = pc.and_(is_domain(table), pc.is_in(table["value"], above))
    table = table.append_column("narrow", pc.and_(narrow, pc.invert(table["deleted"])))
    table = table.append_column("changed", _changed(table, head))
    days = pc.cast(table["listed_at"], pa.date32())
    manifest: dict[str, Json] = {}
    events = {
        day: str(uuid5(NAMESPACE, f"day:{day}")) for day in sorted(pc.unique(days).to_pylist())
    }
    for day, event in events.items():
        rows = table.filter(pc.equal(days, pa.scalar(day, pa.date32())))
        manifest[event] = _event(day, rows)
        yield File(f"misp/{event}.json", len(rows), _write(event, manifest[event], rows))
    yield File("misp/hashes.csv", len(table), _hashes(table["value"], days, events))
    yield File("misp/manifest.json", len(manifest), [canonical_json(manifest) + b"\n"])


def _changed(table: pa.Table, head: Head) -> pa.ChunkedArray:
    """When each attribute was last another."""
    at = pa.scalar(head.at.replace(microsecond=0), table["listed_at"].type)
    live = pc.if_else(table["narrow"], at, table["listed_at"])
    return pc.if_else(table["deleted"], table["expires_at"], live)


def _hashes(
    values: pa.ChunkedArray, days: pa.ChunkedArray, events: dict[date, str]
) -> Iterator[bytes]:
    """`md5,event` of each value, by day."""
    for day, event in events.items():
        of_day = values.filter(pc.equal(days, pa.scalar(day, pa.date32())))
        yield b"".join(
            hashlib.md5(value, usedforsecurity=False).hexdigest().encode() + f",{event}\n".encode()
            for value in of_day.to_pylist()
        )


def _event(day: date, rows: pa.Table) -> Json:
    newest = pc.max(rows["changed"].cast(pa.int64())).as_py()
    return {
        "Orgc": ORGANISATION,
        "Tag": [{"name": "tlp:clear", "colour": "#ffffff"}],
        "info": f"Fanzha: telecom and online fraud listed on {day}",
        "date": day.isoformat(),
        "analysis": "2",
        "threat_level_id": "2",
        "timestamp": str(newest),
    }


def _write(event: str, said: Json, rows: pa.Table) -> Iterator[bytes]:
    head = said | {"uuid": event, "published": True, "publish_timestamp": said["timestamp"]}
    yield b'{"Event":' + canonical_json(head)[:-1] + b',"Attribute":[\n'
    yield from json_items(rows, _attribute)
    yield b"]}}\n"


def _attribute(chunk: pa.Table) -> list[Piece]:
    kind, value = column(chunk, "kind"), column(chunk, "value")
    deleted = column(chunk, "deleted")
    is_number = pc.equal(kind, Kind.NUMBER.value.encode())
    return [
        b'{"uuid":"',
        uuids(join(kind, b":", value)),
        b'","type":"',
        pc.if_else(column(chunk, "narrow"), b"hostname", _type(kind, value)),
        b'","category":"',
        pc.if_else(is_number, b"Financial fraud", b"Network activity"),
        b'","to_ids":',
        pc.if_else(deleted, b"false", b"true"),
        b',"deleted":',
        pc.if_else(deleted, b"true", b"false"),
        b',"timestamp":"',
        column(chunk, "changed").cast(pa.int64()).cast(pa.string()).cast(pa.binary()),
        b'","comment":"',
        column(chunk, "category"),
        b'","value":"',
        escaped(value, *JSON_ESCAPES),
        b'"}\n',
    ]


def _type(kind: pa.Array, value: pa.Array) -> pa.Array:
    types = {Kind.DOMAIN: b"domain", Kind.URL: b"url", Kind.NUMBER: b"phone-number"}
    is_address = pc.match_substring_regex(value, r"^[0-9.]+$|^[0-9a-f:.]*:[0-9a-f:.]*$")
    found = pc.if_else(is_address, b"ip-dst", b"hostname")
    for of, name in types.items():
        found = pc.if_else(pc.equal(kind, of.value.encode()), name, found)
    return found
