"""Visits that showed several pages: each is judged, and the gravest verdict counts."""

from dataclasses import replace

import pytest

from classifiers.domains import judge
from pipeline.nouns import Evidence, Json, Label
from tests.classifiers.domains.conftest import NOW, evidence
from tests.classifiers.domains.pages import FRAUD, HONEST

FRAUDULENT = evidence(*reversed(FRAUD["fake-loan"]))
HARMLESS = evidence(*reversed(next(iter(HONEST.values()))))


def beside(own: Evidence, *others: dict[str, Json]) -> Evidence:
    return replace(own, facts={**own.facts, "page.beside": list(others)})


def entry(page: Json, **others: Json) -> dict[str, Json]:
    plain = {"kind": "js", "url": "http://other.example/", "state": "ok", "status": 200}
    return {**plain, "rendered": False, "truncated": False, "page": page, **others}


@pytest.mark.parametrize("own", [HARMLESS, FRAUDULENT])
def test_fraud_on_either_page_is_fraud(own: Evidence) -> None:
    other = HARMLESS if own is FRAUDULENT else FRAUDULENT
    both = beside(own, entry(other.facts["page"]))
    [verdict] = judge([both], now=NOW)
    assert verdict.label is Label.MALICIOUS
    assert verdict.evidence_digest == both.digest
    by_other = verdict.reasons[0].id == "page-beside"
    assert by_other is (own is HARMLESS)
    if by_other:
        assert verdict.reasons[0].extract == "http://other.example/"


def test_harmless_pages_beside_each_other_are_harmless() -> None:
    [alone] = judge([HARMLESS], now=NOW)
    [verdict] = judge([beside(HARMLESS, entry(HARMLESS.facts["page"]))], now=NOW)
    assert (verdict.label, verdict.probability) == (alone.label, alone.probability)


@pytest.mark.parametrize(
    "other",
    [
        entry(None, state="unreadable"),
        entry({**HARMLESS.facts["page"], "needs_rendering": True, "text": ""}, kind="left"),
    ],
)
def test_what_could_not_be_read_is_not_honest(other: dict[str, Json]) -> None:
    [alone] = judge([HARMLESS], now=NOW)
    [verdict] = judge([beside(HARMLESS, other)], now=NOW)
    assert alone.label is Label.BENIGN
    assert verdict.label is Label.UNKNOWN
    assert verdict.probability >= alone.probability


@pytest.mark.parametrize("odd", ["", 7, [7], [{}], [{"page": 7}]])
def test_facts_of_a_wrong_shape_stop_nothing(odd: Json) -> None:
    [verdict] = judge([replace(HARMLESS, facts={**HARMLESS.facts, "page.beside": odd})], now=NOW)
    assert verdict.label in {Label.BENIGN, Label.UNKNOWN}
