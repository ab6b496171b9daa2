"""What `fanzha check` looks at."""

import pytest

from flows.look import the_one_in
from pipeline.errors import FanzhaError, NotAnIndicatorError


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
