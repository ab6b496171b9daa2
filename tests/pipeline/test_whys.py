"""Sentences of machines: told in two languages, kept as id and arguments, and read back from English."""

from string import Formatter

import pytest

from pipeline.whys import SENTENCES, WHO, Why, from_json, recognise, why

SAMPLES = {
    "count": "7",
    "weight": "1.20",
    "probability": "0.871",
    "threshold": "0.95",
    "voices": "2",
    "date": "2009-05-01",
    "rank": "1200",
}


def sample(id_: str) -> Why:
    """A sentence with something in every place."""
    sentence = SENTENCES[id_]
    names = {n for t in (sentence.zh, sentence.en) for _, n, _, _ in Formatter().parse(t) if n}
    args: dict[str, str | int | Why] = {n: SAMPLES.get(n, f"some {n}") for n in sorted(names)}
    if "who" in args:
        args["who"] = why("several", count=3)
    return why(id_, **args)


@pytest.mark.parametrize("id_", SENTENCES)
def test_a_sentence_is_kept_and_read_back(id_: str) -> None:
    made = sample(id_)
    assert from_json(made.id, made.as_json()) == made
    assert "{" not in made.told("zh") + made.told("en")
    if id_ != "plain":
        assert made.told("zh") != made.told("en")


@pytest.mark.parametrize("id_", SENTENCES)
def test_the_english_of_a_decision_says_which_sentence_it_is(id_: str) -> None:
    made = sample(id_)
    found = recognise(str(made))
    assert found.id == id_
    assert str(found) == str(made)
    if not any(name.endswith("_zh") for name, _ in made.args):
        assert found.told("zh") == made.told("zh")


@pytest.mark.parametrize("who", WHO)
def test_who_reported_is_told_within_another_sentence(who: str) -> None:
    made = why("uncorroborated", who=sample(who), voices=2)
    assert recognise(str(made)) == made
    assert sample(who).told("zh") in made.told("zh")


def test_what_is_no_sentence_of_ours_stays_as_it_is() -> None:
    assert recognise("somebody's own words").told("zh") == "somebody's own words"


@pytest.mark.parametrize(("id_", "args"), [("no-such", {}), ("below", {"probability": "0.5"})])
def test_a_sentence_that_cannot_be_told_is_refused_where_it_is_made(
    id_: str, args: dict[str, str]
) -> None:
    with pytest.raises(KeyError):
        why(id_, **args)
