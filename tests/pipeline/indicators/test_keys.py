"""Keys that come over a wire: the canonical ones are believed, whatever else is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import NotAnIndicatorError
from pipeline.indicators import find, read_key
from pipeline.nouns import Indicator


@pytest.mark.parametrize(
    "key",
    ["host:a.example", "host:::1", "host:192.0.2.7", "domain:a.example", "domain:kobe.jp", "host:pages.dev",
     "url:https://a.example/x?y=1", "number:+8613800138000", "number:95588"],
)  # fmt: skip
def test_a_key_of_the_store_reads_as_what_it_is(key: str) -> None:
    assert str(read_key(key)) == key


def test_any_other_text_is_parsed() -> None:
    assert str(read_key("HXXPS://Rebate[.]example/x")) == "url:https://rebate.example/x"


@pytest.mark.parametrize(
    "text",
    ["url:garbage", "url:http://", "url:HTTP://a.example/", "host:a b", "host:..", "host:A.example",
     "host:a.example/x", "host:a.example:80", "host:1.2.3", "number:abc", "number:13800138000",
     "domain:*.a.example", "", "url:", "call him today", "host:x\0y.example"],
)  # fmt: skip
def test_what_is_no_key_and_no_indicator_is_refused(text: str) -> None:
    with pytest.raises(NotAnIndicatorError):
        read_key(text)


@given(st.text())
def test_nothing_else_comes_of_any_text(text: str) -> None:
    for shown in (text, f"url:{text}", f"host:{text}", f"domain:{text}", f"number:{text}"):
        try:
            found = read_key(shown)
        except NotAnIndicatorError:
            continue
        assert read_key(str(found)) == found


@given(st.from_regex(r"(https?://)?[a-z0-9.\-]{1,20}\.example(/[ -~]{0,20})?", fullmatch=True))
def test_whatever_was_parsed_is_read_back_from_its_key(text: str) -> None:
    for found in find(text):
        assert read_key(str(found)) == Indicator.from_key(str(found)) == found
