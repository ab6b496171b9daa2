"""The two languages: every message of code and templates has its Chinese, every key its English."""

from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

import pipeline.review
from classifiers.numbers.points import load_scheme
from pipeline.nouns import Action, Kind, Label
from pipeline.policy import load_policy
from pipeline.review.audit import ACTS
from pipeline.review.console.pages.policies import terms
from pipeline.review.console.words import Words, catalogue, language_of
from pipeline.review.four_eyes import WHY
from pipeline.review.rights import Role
from pipeline.store.appeals import AppealState
from pipeline.whys import QUEUE
from spiders.extract.forms import MEANINGS

ROOM = Path(pipeline.review.__file__).parent
KEYS = (
    *(f"order {name}" for name in ("priority", "oldest", "unsure")),
    *(f"scope {kind.value}" for kind in Kind),
    *(f"reason {action.value}" for action in Action),
    *(f"act {name}" for name in ACTS),
    *(f"field {name}" for name in MEANINGS),
    *(f"unrendered {why}" for why in ("no-browser", "failed", "left-over")),
    *(f"way {kind}" for kind in ("refresh", "meta", "js", "iframe", "left")),
    *(f"link {name}" for name in ("dom", "text", "favicon", "wallet", "contact", "ns")),
    *(
        f"term {name}"
        for rows in terms(load_policy().model_dump(mode="json")).values()
        for name, _ in rows
        if "." not in name
    ),
)
"""Messages that are put together: neither language may leave them as they are."""


def messages() -> set[str]:
    found = extract_from_dir(
        ROOM,
        [("console/templates/**.html", "jinja2.ext:babel_extract"), ("**.py", "python")],
        keywords={"_": None, "mark": None},
    )
    return {str(message) for _file, _line, message, _notes, _context in found}


def test_every_message_has_its_chinese() -> None:
    missing = messages() - set(catalogue("zh"))
    assert len(messages()) > 200
    assert missing == set()


@pytest.mark.parametrize("values", [Action, Kind, Label, Role, AppealState])
def test_every_value_that_is_shown_has_its_chinese(values: type) -> None:
    assert not [v for v in values if Words("zh")(v.value) == v.value]  # type: ignore[attr-defined]


def test_what_follows_from_points_has_its_chinese() -> None:
    actions = [grade.action for grade in load_scheme().grades]
    assert not [action for action in actions if Words("zh").keyed("points", action) == action]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_key_is_put_into_words(language: str) -> None:
    assert not [key for key in KEYS if Words(language)(key) == key]


def test_every_reason_for_two_people_has_its_chinese() -> None:
    assert not [text for text in WHY.values() if Words("zh")(text) == text]


def test_every_reason_of_the_queue_has_a_name_in_both_languages() -> None:
    for id_ in QUEUE:
        names = Words("zh").why_name(id_), Words("en").why_name(id_)
        assert all(names)
        assert names[0] != names[1]


@pytest.mark.parametrize(
    ("cookie", "account", "accepted", "expected"),
    [
        ("en", "zh", "zh", "en"),
        ("", "en", "zh-CN", "en"),
        ("xx", "", "en-GB,en;q=0.9", "en"),
        ("", "", "fr, zh-TW;q=0.5", "zh"),
        ("", "", "", "zh"),
    ],
)
def test_the_language_is_the_one_chosen_then_the_accounts_then_the_browsers(
    cookie: str, account: str, accepted: str, expected: str
) -> None:
    assert language_of(cookie=cookie, account=account, accepted=accepted) == expected
