"""Content coding, validators and ranges, as RFC 9110 has them."""

from datetime import UTC, datetime

import pytest

from blocklists.server.conditions import (
    ByteRange,
    UnsatisfiableRangeError,
    byte_range,
    matches,
    preferred_codings,
    unchanged_since,
)


@pytest.mark.parametrize(
    ("accept", "tried"),
    [
        (b"", ("identity",)),
        (b"gzip, deflate", ("gzip", "identity")),
        (b"gzip, zstd", ("zstd", "gzip", "identity")),
        (b"gzip;q=1.0, zstd;q=0.5", ("gzip", "zstd", "identity")),
        (b"GZIP;Q=0", ("identity",)),
        (b"*", ("zstd", "gzip", "identity")),
        (b"*;q=0.1, zstd;q=0", ("gzip", "identity")),
        (b"gzip;q=nonsense", ("identity",)),
    ],
)
def test_the_coding_the_client_likes_best_is_tried_first(
    accept: bytes, tried: tuple[str, ...]
) -> None:
    assert preferred_codings(accept) == tried


@pytest.mark.parametrize(
    ("header", "same"),
    [
        (b'"a"', True),
        (b'W/"a"', True),
        (b'"b", W/"a"', True),
        (b"*", True),
        (b'"b"', False),
        (b"a", False),
    ],
)
def test_entity_tags_compare_weakly(header: bytes, same: bool) -> None:
    assert matches(header, b'"a"') is same


def test_a_date_compares_to_the_second() -> None:
    modified = datetime(2026, 3, 1, 8, 0, 0, 900_000, tzinfo=UTC)
    assert unchanged_since(b"Sun, 01 Mar 2026 08:00:00 GMT", modified)
    assert not unchanged_since(b"Sun, 01 Mar 2026 07:59:59 GMT", modified)
    assert not unchanged_since(b"yesterday", modified)


@pytest.mark.parametrize(
    ("header", "part"),
    [
        (b"bytes=0-0", ByteRange(0, 1)),
        (b"bytes=10-", ByteRange(10, 100)),
        (b"bytes=-10", ByteRange(90, 100)),
        (b"bytes=-1000", ByteRange(0, 100)),
        (b"bytes=50-1000", ByteRange(50, 100)),
        (b"bytes=5-4", None),
        (b"bytes=0-1,5-6", None),
        (b"lines=0-1", None),
        (b"bytes=-", None),
        (b"bytes=a-b", None),
        (b"bytes=" + b"9" * 5000 + b"-", None),
    ],
)
def test_one_range_is_read_and_what_may_be_ignored_is(
    header: bytes, part: ByteRange | None
) -> None:
    assert byte_range(header, 100) == part


@pytest.mark.parametrize("header", [b"bytes=100-", b"bytes=-0", b"bytes=100-200"])
def test_a_range_behind_the_end_is_refused(header: bytes) -> None:
    with pytest.raises(UnsatisfiableRangeError):
        byte_range(header, 100)
