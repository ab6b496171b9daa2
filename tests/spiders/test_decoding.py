"""Content codings, undone under a limit."""

import gzip
import random
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from spiders.decoding import BodyReader

TEXT = "反诈中心提醒您：不要转账。".encode() * 300
CODED = {
    "": TEXT,
    "identity": TEXT,
    "gzip": gzip.compress(TEXT),
    "deflate": zlib.compress(TEXT),
    "br": brotli.compress(TEXT),
    "zstd": zstandard.compress(TEXT),
    "gzip, br": brotli.compress(gzip.compress(TEXT)),
}


@pytest.mark.parametrize("coding", CODED)
@pytest.mark.parametrize("step", [1, 7, 100_000])
def test_a_body_comes_out_whole_however_it_comes_in(coding: str, step: int) -> None:
    reader = BodyReader(coding, limit=1_000_000)
    data = CODED[coding]
    for at in range(0, len(data), step):
        reader.feed(data[at : at + step])
    assert reader.body == TEXT
    assert not reader.full


def test_raw_deflate_is_read_too() -> None:
    packer = zlib.compressobj(wbits=-15)
    reader = BodyReader("deflate", limit=1_000_000)
    reader.feed(packer.compress(TEXT) + packer.flush())
    assert reader.body == TEXT


@pytest.mark.parametrize("coding", CODED)
def test_no_more_than_the_limit_comes_out(coding: str) -> None:
    reader = BodyReader(coding, limit=1000)
    reader.feed(CODED[coding])
    assert reader.full
    assert reader.body == TEXT[:1000]


EMPTY_BLOCK = b"\x00\x00\x00\xff\xff"


def nothing_in_gzip(blocks: int) -> bytes:
    """A gzip stream of many empty stored blocks (RFC 1951, 3.2.4): much to read, nothing to give."""
    return b"\x1f\x8b\x08" + b"\0" * 7 + EMPTY_BLOCK * blocks


@pytest.mark.parametrize("layers", [1, 2])
def test_layers_of_nothing_are_given_up(layers: int) -> None:
    reader = BodyReader(", ".join(["gzip"] * layers), limit=10_000)
    data = nothing_in_gzip(200_000)
    reader.feed(gzip.compress(data) if layers == 2 else data)
    assert reader.full
    assert reader.body == b""


@pytest.mark.parametrize("coding", ["gzip", "br", "gzip, br"])
def test_what_no_coding_makes_smaller_comes_out_whole(coding: str) -> None:
    noise = random.Random(1).randbytes(1_500_000)
    reader = BodyReader(coding, limit=2_000_000)
    data = gzip.compress(noise) if "gzip" in coding else noise
    data = brotli.compress(data, quality=1) if "br" in coding else data
    for at in range(0, len(data), 100_000):
        reader.feed(data[at : at + 100_000])
    assert reader.body == noise
    assert not reader.full


def test_three_layers_are_not_undone() -> None:
    reader = BodyReader("gzip, gzip, gzip", limit=10_000)
    reader.feed(b"as it came")
    assert reader.body == b"as it came"


@given(st.sampled_from([*CODED, "gzip, gzip, gzip, gzip", "unheard-of"]), st.binary(max_size=2000))
def test_nothing_that_comes_raises(coding: str, data: bytes) -> None:
    reader = BodyReader(coding, limit=5000)
    reader.feed(data[:50])
    reader.feed(data[50:])
    assert len(reader.body) <= 5000
