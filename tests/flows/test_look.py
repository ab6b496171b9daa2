"""What `fanzha check` looks at."""

import io
from datetime import UTC, datetime

import pytest

from flows.look import Look, render, the_one_in
from flows.screen import Screen
from pipeline.errors import FanzhaError, NotAnIndicatorError
from pipeline.nouns import Evidence, Indicator, Kind, Label, Reason, Verdict
from pipeline.policy import Keep


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("hxxp://rebate[.]example/", "url:http://rebate.example/"),
        ("0086-138-0013-8000", "number:+8613800138000"),
        ("骗子打来 +86 138 0013 8000，要我转账", "number:+8613800138000"),
        ("192.0.2.7.", "host:192.0.2.7"),
    ],
)
def test_one_thing_or_the_only_one_in_a_sentence(text: str, found: str) -> None:
    assert str(the_one_in(text)) == found


def test_several_are_named_so_that_one_is_chosen() -> None:
    with pytest.raises(FanzhaError, match=r"13800138000, rebate\[\.\]example; name one"):
        the_one_in("13800138000 说 rebate.example")


def test_nothing_says_what_was_expected() -> None:
    with pytest.raises(NotAnIndicatorError, match="give one thing at a time"):
        the_one_in("foo bar")


@pytest.mark.parametrize("words", ["[/b] 会员", "[link=https://evil.example]点[/link]", "x\x1b[2J"])
def test_what_a_page_says_is_shown_and_acts_on_nothing(words: str) -> None:
    page, at = Indicator(Kind.URL, "http://a.example/[/b]"), datetime(2026, 3, 1, tzinfo=UTC)
    reason = Reason("x", 1.0, "字", "word", words)
    verdict = Verdict(page, Label.MALICIOUS, None, 0.9, (reason,), "d", "m", at)
    seen = Look(verdict, Evidence(page, at, {}), page, None, Keep(words), None)
    out = io.StringIO()
    render(seen, console=Screen(file=out, force_terminal=True, width=150), language="zh")
    assert "[/b]" in out.getvalue()
    assert words.partition("\x1b")[0] in out.getvalue()
    assert "\x1b[31mmalicious\x1b[0m  probability 0.900" in out.getvalue()
    assert "\x1b]8" not in out.getvalue()
    assert "\x1b[2J" not in out.getvalue()
