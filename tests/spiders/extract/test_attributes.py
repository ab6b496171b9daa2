"""The arrays find what the pattern says, whatever the source is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.extract.attributes import ATTRIBUTE, attributes_in
from spiders.extract.source import source_of

PIECES = [
    *" \t\n\"'<>=/;:_-.aZ09é中",
    "\u3000", "\xa0", "\x85", "𝟘", "name=", ' id="', " class='", 'x" ', "='", '="', "=", " a b=c d=e ",
    "n" * 24, "n" * 25, "v" * 199, "v" * 200, "é" * 201, "中 " * 150,
]  # fmt: skip


def found_in(source: str) -> list[tuple[str, str]]:
    found = attributes_in(source_of(source))
    return [(name.decode(), found.value(at)) for at, name in enumerate(found.names)]


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_they_agree_with_the_pattern(source: str) -> None:
    assert found_in(source) == ATTRIBUTE.findall(source)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300))
def test_they_agree_on_any_text(source: str) -> None:
    assert found_in(source) == ATTRIBUTE.findall(source)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", []),
        ("a=b", []),
        ('<a href="/x?y=1" id=z>', [("href", "/x?y=1"), ("id", "z")]),
        ('<meta content="width=device-width, initial-scale=1">', [("content", "width=device-width, initial-scale=1")]),
        ("<p>说明\u3000class=x</p>", [("class", "x")]),
        ("<p>说明class=x</p>", []),
        (" a=", [("a", "")]),
        (" a='", [("a", "")]),
    ],
)  # fmt: skip
def test_what_is_an_attribute(source: str, expected: list[tuple[str, str]]) -> None:
    assert found_in(source) == expected == ATTRIBUTE.findall(source)


def test_a_value_that_holds_what_looks_like_another_is_one() -> None:
    source = " a=b c=\"x d=1\" e='f'"
    assert found_in(source) == ATTRIBUTE.findall(source)
    assert [name for name, _ in found_in(source)] == ["a", "d", "e"]
