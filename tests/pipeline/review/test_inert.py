"""Hostile text and pictures: what is shown acts on nothing."""

import io
import struct
import unicodedata
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pipeline import inert
from pipeline.errors import FanzhaError
from pipeline.review.console import pictures
from tests.pipeline.review.seed import picture


@given(st.text())
def test_nothing_invisible_is_left(text: str) -> None:
    shown = inert.inert_text(text)
    hidden = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    assert not [c for c in shown if c not in "\n\t" and unicodedata.category(c) in hidden]


@given(st.text(min_size=1), st.integers(1, 50))
def test_no_text_is_longer_than_allowed(text: str, limit: int) -> None:
    assert len(inert.inert_text(text, limit)) <= limit * 8 + 20


def test_a_turned_name_is_seen_through() -> None:
    assert inert.inert_text("invoice\u202egpj.exe") == "invoice⟨202E⟩gpj.exe"
    assert inert.inert_text("pay\u200bpal") == "pay⟨200B⟩pal"
    assert inert.inert_text("a\x1b[31mred") == "a⟨001B⟩[31mred"
    assert inert.inert_text("中文，正常。\n第二行") == "中文，正常。\n第二行"


def test_a_line_stays_a_line_and_links_to_nothing() -> None:
    assert inert.inert_line("x\n2026-03-01 allow\u2028y\tz") == "x↵2026-03-01 allow⟨2028⟩y z"
    assert inert.inert_line("see HTTPS://evil.example/a") == "see hxxpS://evil.example/a"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("evil.example", "evil[.]example"),
        ("http://evil.example/a.b?c=d.e", "hxxp://evil[.]example/a.b?c=d.e"),
        ("https://1.2.3.4", "hxxps://1[.]2[.]3[.]4"),
    ],
)
def test_a_name_is_no_link(text: str, expected: str) -> None:
    assert inert.defanged(text) == expected


def test_a_picture_is_made_anew_without_what_hid_in_it() -> None:
    loaded = picture() + b"<script>alert(1)</script>"
    clean = pictures.clean_png(loaded)
    assert b"script" not in clean
    with Image.open(io.BytesIO(clean)) as shown:
        assert shown.size == (360, 640)


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


BOMB = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(b"\0" * 1_000_000))
    + chunk(b"IEND", b"")
)


@pytest.mark.parametrize(
    "content",
    [BOMB, b"", b"<svg onload='alert(1)'/>", b"GIF89a" + b"\0" * 50, picture()[:200]],
    ids=["bomb", "empty", "svg", "gif", "cut"],
)  # fmt: skip
def test_what_is_no_sound_png_is_not_shown(content: bytes) -> None:
    with pytest.raises(FanzhaError, match="screenshot: expected"):
        pictures.clean_png(content)
