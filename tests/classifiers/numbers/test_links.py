"""One subject, many numbers: who is linked to a confirmed one, by what, and who is not."""

import pyarrow as pa

from classifiers.numbers.engine import duckdb_engine
from classifiers.numbers.links import LARGEST, Link, linked


def test_identity_batch_device_and_gang_links() -> None:
    subscribers = pa.table(
        {
            "number": [1, 2, 3, 4],
            "identity": [10, 10, 30, 40],
            "dealer": [7, 8, 7, 9],
            "batch": [1, 1, 1, 1],
        }
    )
    calls = [(1, 100, 5), (5, 100, 6), (6, 200, 5), (9, 900, 8)]
    records = pa.table(
        {
            "number": [n for n, *_ in calls for _ in range(5)],
            "imei": [i for _, i, _ in calls for _ in range(5)],
            "cell": [c for *_, c in calls for _ in range(5)],
            "at": [1000 + k for _ in calls for k in range(5)],
        }
    )
    with duckdb_engine(memory="300MB") as engine:
        found = linked(
            engine,
            [1],
            subscribers=engine.put("subscribers", subscribers),
            records=engine.put("records", records),
        )
    assert found == [
        Link(2, "identity", 1, 2),
        Link(3, "batch", 1, 2),
        Link(5, "device", 1, 2),
        Link(6, "gang", 1, 2),
    ]
    assert "(2 numbers)" in str(found[0].why)


def test_a_group_too_large_to_mean_anything_links_nobody() -> None:
    many = LARGEST["identity"] + 1
    subscribers = pa.table(
        {
            "number": list(range(many)),
            "identity": [1] * many,
            "dealer": pa.nulls(many, pa.int64()),
            "batch": pa.nulls(many, pa.int64()),
        }
    )
    with duckdb_engine(memory="300MB") as engine:
        assert linked(engine, [0], subscribers=engine.put("s", subscribers)) == []
        assert linked(engine, [], subscribers=engine.put("s", subscribers)) == []


def test_the_holder_of_then_is_linked_by_cards_that_are_held_now() -> None:
    held = pa.table(
        {
            "number": [1, 2, 3],
            "identity": [99, 10, 99],  # number 1 was given to 99 meanwhile
            "dealer": pa.nulls(3, pa.int64()),
            "batch": pa.nulls(3, pa.int64()),
        }
    )
    then = held.slice(0, 1).set_column(1, "identity", pa.array([10], pa.int64()))
    with duckdb_engine(memory="300MB") as engine:
        tables = {"subscribers": engine.put("s", held), "holders": engine.put("h", then)}
        assert linked(engine, [1], **tables) == [Link(2, "identity", 1, 2)]
