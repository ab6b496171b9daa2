"""Deltas: any two texts, any way from one to the other, byte for byte."""

import difflib
import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocklists.client.delta import DeltaError, Header, apply, read_header, write_header

LINES = st.lists(st.sampled_from([b"a\n", b"b\n", b"=1\n", b"-c\n", b"+d\n", b"\n"]), max_size=20)


def changes(old: list[bytes], new: list[bytes]) -> Iterator[bytes]:
    """A delta between two texts, by the standard library's difference."""
    for tag, i, j, k, m in difflib.SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield b"=%d\n" % (j - i)
        else:
            yield from (b"-" + line for line in old[i:j])
            yield from (b"+" + line for line in new[k:m])


@given(LINES, LINES)
def test_old_and_delta_make_new(old: list[bytes], new: list[bytes]) -> None:
    made = apply(io.BytesIO(b"".join(old)), changes(old, new))
    assert b"".join(made) == b"".join(new)


@given(LINES, st.lists(st.binary(max_size=12), max_size=6))
def test_any_bytes_are_applied_or_refused(old: list[bytes], delta: list[bytes]) -> None:
    try:
        made = b"".join(apply(io.BytesIO(b"".join(old)), delta))
    except DeltaError:
        return
    assert len(made) <= sum(map(len, old)) + sum(map(len, delta))


def test_a_header_is_read_as_it_was_written() -> None:
    header = Header("domains.txt", 1, "ab", 2, "cd")
    assert read_header(write_header(header)) == header


@pytest.mark.parametrize(
    "line", [b"", b"a.example\n", b"fanzha-delta/1 {}\n", b"fanzha-delta/1 x\n"]
)
def test_what_is_no_header_is_refused(line: bytes) -> None:
    with pytest.raises(DeltaError, match="this is no delta"):
        read_header(line)
