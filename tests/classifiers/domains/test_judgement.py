"""What the judge says of plain fraud, of honest pages that quote it, and of pages that are no content."""

import pytest

from classifiers.domains import judge
from pipeline.categories import Category
from pipeline.nouns import Evidence, Indicator, Kind, Label
from tests.classifiers.domains.conftest import NOW, evidence
from tests.classifiers.domains.pages import FILING, FRAUD, HONEST


@pytest.mark.parametrize("kind", FRAUD)
def test_plain_fraud_is_called_by_its_name(kind: str) -> None:
    host, html = FRAUD[kind]
    [verdict] = judge([evidence(html, host)], now=NOW)
    assert verdict.label is Label.MALICIOUS
    assert verdict.probability >= 0.95
    assert verdict.category is Category(kind)
    assert verdict.reasons[0].weight > 0


@pytest.mark.parametrize("kind", HONEST)
def test_honest_pages_that_quote_fraud_are_spared(kind: str) -> None:
    host, html = HONEST[kind]
    [verdict] = judge([evidence(html, host)], now=NOW)
    assert verdict.label is not Label.MALICIOUS
    assert verdict.probability < 0.35


def test_reasons_are_sentences_in_two_languages_with_short_extracts() -> None:
    host, html = FRAUD["fake-loan"]
    [verdict] = judge([evidence(html, host)], now=NOW)
    for reason in verdict.reasons:
        assert reason.zh
        assert reason.en
        assert "{" not in reason.zh + reason.en
        assert len(reason.extract) <= 200


@pytest.mark.parametrize(
    ("facts", "label"),
    [
        ({"http.state": "dns-nxdomain"}, Label.DEAD),
        ({"http.state": "timeout"}, Label.DEAD),
        ({"http.state": "ok", "page.state": "parked", "page": {"state": "parked"}}, Label.PARKED),
        ({"http.state": "ok", "page.state": "soft-404", "page": {"state": "soft-404"}}, Label.DEAD),
        ({"http.state": "refused-address"}, Label.UNKNOWN),
        ({}, Label.UNKNOWN),
    ],
)
def test_state_pages_are_neither_honest_nor_fraudulent(
    facts: dict[str, object], label: Label
) -> None:
    one = Evidence(Indicator(Kind.HOST, "x.example"), NOW, facts)
    [verdict] = judge([one], now=NOW)
    assert verdict.label is label
    assert verdict.category is None
    assert verdict.probability < 0.35


def test_what_was_not_read_to_its_end_goes_to_a_person() -> None:
    """Nobody makes a page vanish by never ending it, or by breaking what reads it."""
    host, html = FRAUD["fake-loan"]
    cut = evidence(html, host, http__body={"truncated": True})
    broken, odd = (
        Evidence(Indicator(Kind.HOST, host), NOW, {"http.state": state})
        for state in ("unreadable", "http-error")
    )
    host, html = HONEST["bank-loan"]
    begun = evidence(html, host, http__body={"truncated": True})
    seen = evidence(html, host, http__body={"truncated": True}, page__rendered=True)
    fraud, unread, strange, harmless, whole = judge([cut, broken, odd, begun, seen], now=NOW)
    assert fraud.label is Label.MALICIOUS
    assert (unread.label, unread.probability) == (Label.UNKNOWN, 0.4)
    assert (strange.label, strange.probability) == (Label.UNKNOWN, 0.4)
    assert (harmless.label, harmless.probability) == (Label.UNKNOWN, 0.4)
    assert whole.probability < 0.35


def test_a_hacked_legitimate_site_is_compromised_not_malicious() -> None:
    html = HONEST["bank-loan"][1].replace(
        "</body>", "<div>真人荷官百家乐 首充送彩金 老虎机 体育投注 注册送</div></body>"
    )
    assert FILING in html
    [verdict] = judge([evidence(html, "www.school.edu.cn", age_days=4000)], now=NOW)
    assert verdict.label is Label.COMPROMISED
    assert verdict.category is Category.GAMBLING


def test_facts_of_odd_shape_count_as_missing() -> None:
    odd = {"http.state": "ok", "page": {"state": "live", "forms": 7, "contacts": [], "text": None}}
    one = Evidence(Indicator(Kind.URL, "https://x.example/a"), NOW, {**odd, "dns": "?", "tls": 3})
    [verdict] = judge([one], now=NOW)
    assert verdict.indicator is one.indicator


def test_verdicts_come_in_the_order_of_the_evidence() -> None:
    batch = [evidence(html, host) for host, html in (FRAUD | HONEST).values()]
    verdicts = judge(batch, now=NOW)
    assert [v.indicator for v in verdicts] == [e.indicator for e in batch]
