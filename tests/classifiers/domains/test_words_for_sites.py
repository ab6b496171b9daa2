"""The word for a site: what its route's thresholds were measured on decides, and nothing else lifts it."""

from dataclasses import replace

import pytest

from classifiers.domains import judge
from classifiers.domains.combination import Route
from classifiers.domains.judgement import label_of
from classifiers.domains.shipped import default_model
from classifiers.domains.site import Site
from pipeline.nouns import Label, ReportTally
from tests.classifiers.domains.conftest import NOW, evidence

_CAFE = """<html><head><title>Harbour Cafe - Sign in</title></head><body><h1>Harbour Cafe</h1>
<p>Sign in with your email to confirm your table and to claim the gift of your loyalty card.</p>
<form action="/in" method="post"><input name="email" placeholder="Email">
<input type="password" name="password" placeholder="Password"><button>Sign in</button></form></body></html>"""
_RECORDS = {
    "registration": {
        "registered": "2026-02-20T00:00:00+00:00",
        "expires": "2027-02-20T00:00:00+00:00",
    },
    "dns": {"mx": [], "txt": [], "wildcard": True},
    "tls": {"not_before": "2026-02-26T00:00:00+00:00", "self_signed": True},
}


def test_records_and_reports_call_no_page_malicious_that_its_content_does_not() -> None:
    tally = ReportTally(reports=9, reporters=9, sources=tuple("abcd"), trusted=("a",))
    one = evidence(_CAFE, "harbour-cafe.com", tally=tally, **_RECORDS)
    model = default_model()
    said = model.say([Site(one, NOW)], [0.0])
    assert said.total[0] > said.content[0] + 2
    # A threshold between the two: the content is below it, and what stands around it above.
    route = said.routes[0]
    middle = 1 / (1 + float(2.718281828 ** -((said.content[0] + said.total[0]) / 2)))
    old = model.thresholds[route]
    moved = replace(old, block=replace(old.block, value=middle))
    [verdict] = judge([one], now=NOW, model=replace(model, thresholds={route: moved}))
    assert verdict.probability > middle
    assert verdict.label is Label.UNKNOWN


def test_malicious_needs_the_content_and_the_whole() -> None:
    thresholds = default_model().thresholds[Route.PAGE]
    over, under = 0.99, 0.5
    assert label_of(over, over, thresholds) is Label.MALICIOUS
    assert label_of(under, over, thresholds) is Label.UNKNOWN
    assert label_of(over, under, thresholds) is Label.UNKNOWN
    assert label_of(0.8, over, thresholds) is Label.UNKNOWN
    assert label_of(0.8, over, thresholds, grave=True) is Label.MALICIOUS
    assert label_of(0.8, 0.9, thresholds, grave=True) is Label.UNKNOWN
    assert label_of(over, over, None) is Label.MALICIOUS
    assert label_of(0.89, over, None) is Label.UNKNOWN


@pytest.mark.parametrize("route", [Route.PAGE, Route.TEXT, Route.ZH_TEXT])
def test_benign_lies_below_what_the_route_may_dismiss(route: Route) -> None:
    thresholds = default_model().thresholds[route]
    edge = min(thresholds.dismiss, thresholds.review.value, 0.35)
    assert label_of(edge - 0.001, edge - 0.001, thresholds) is Label.BENIGN
    assert label_of(edge, edge, thresholds) is Label.UNKNOWN
