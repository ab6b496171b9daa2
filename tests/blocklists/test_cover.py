"""Keys of reversed labels: the canonical order, and the cover, against a plain definition."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from blocklists import cover

label = st.text("ab-0", min_size=1, max_size=3)
name = st.lists(label, min_size=1, max_size=4).map(".".join)


def array(values: list[bytes]) -> pa.Array:
    return pa.array(values, pa.binary())


@given(st.lists(name, max_size=30))
def test_keys_of_many_are_the_keys_of_each(names: list[str]) -> None:
    made = cover.name_keys(array([n.encode() for n in names])).to_pylist()
    assert made == [cover.key_of(n) for n in names]


@given(st.lists(name, min_size=1, max_size=30))
def test_the_order_is_that_of_reversed_labels(names: list[str]) -> None:
    made = [cover.key_of(n) for n in names]
    order = cover.order_of(array(made)).to_pylist()
    by_labels = [n.encode().split(b".")[::-1] for n in names]
    assert [by_labels[i] for i in order] == sorted(by_labels)


@given(st.lists(st.tuples(name, st.sampled_from("dhu"), st.sampled_from("xy")), max_size=40))
def test_cover_is_that_of_the_definition(rows: list[tuple[str, str, str]]) -> None:
    def key(host: str, kind: str, page: str) -> bytes:
        return cover.key_of(host) + (b"\0" + page.encode() if kind == "u" else b"")

    rows.sort(key=lambda row: (key(*row), row[1]))
    kinds = np.array([kind for _, kind, _ in rows], dtype=str)
    found = cover.covered(array([key(*row) for row in rows]), kinds == "d", kinds == "h")

    def covers(a: tuple[str, str, str], b: tuple[str, str, str]) -> bool:
        if a[1] == "d":
            return b[0] == a[0] or b[0].endswith("." + a[0])
        if a[1] == "h":
            return b[0] == a[0] and b[1] != "d"
        return a == b

    expected = [any(covers(rows[j], rows[i]) for j in range(i)) for i in range(len(rows))]
    assert found.tolist() == expected


@given(st.lists(name, max_size=30), name)
def test_what_is_below_a_name(names: list[str], top: str) -> None:
    made = sorted(cover.key_of(n) for n in names)
    low, high = cover.below(array(made), cover.key_of(top))
    inside = [k for k in made if k.startswith(cover.key_of(top))]
    assert made[low:high] == inside
