"""What a visitor can see, and how much is hidden."""

import pytest
from selectolax.lexbor import LexborHTMLParser

from spiders.extract.elements import elements_of
from spiders.extract.visible import read_visible


@pytest.mark.parametrize(
    ("html", "text", "hidden"),
    [
        ("<p>shown<p hidden>four", "shown", 4),
        ("<div hidden>ab<p hidden>cd<b hidden>ef</b></p></div>shown", "shown", 6),
        # The body stays, because scripts show it; what is hidden within it is counted once.
        ("<body hidden>aa<p hidden>bb", "aa", 4),
        ("<svg>a<svg>b</svg></svg><object>a<object>b</object></object>shown", "shown", 0),
    ],
)
def test_hidden_text_is_taken_out_and_counted_once(html: str, text: str, hidden: int) -> None:
    assert read_visible(elements_of(LexborHTMLParser(html))) == (text, hidden)


def test_what_is_hidden_many_times_over_is_still_read() -> None:
    deep = "<div hidden>x" * 2000 + "</div>" * 2000
    page = LexborHTMLParser(f"{deep}<p>shown")
    assert read_visible(elements_of(page)) == ("shown", 2000)
