"""Readers of pages: what there is to read is weighed, what is not there speaks for nobody."""

from dataclasses import replace

from classifiers.domains.experts.readers import READERS, says
from classifiers.domains.shipped import default_model
from classifiers.domains.site import Site
from classifiers.domains.training import rules_say
from tests.classifiers.domains.conftest import NOW, evidence

LOGIN = """<html><title>Sign in</title><body class="login-page"><form action="next.php">
<input type="password" id="pass0"><img src="images/logo.png"></form></body></html>"""


def test_a_page_read_before_there_were_tokens_is_judged_without_them() -> None:
    now = evidence(LOGIN)
    before = {k: v for k, v in now.facts["page"].items() if k != "markup"}
    old = replace(now, facts={**now.facts, "page": before})
    sites = [Site(now, NOW), Site(old, NOW)]
    said = default_model().say(sites, [rules_say(site) for site in sites])
    for name in ("page.names", "page.paths"):
        assert said.inputs[0][name] != 0
        assert said.inputs[1][name] == 0
    assert said.inputs[0]["page.words"] == said.inputs[1]["page.words"]


def test_a_reason_shows_what_was_read() -> None:
    site = Site(evidence(LOGIN), NOW)
    model = default_model().content["page"].readers["names"]
    shown = READERS["names"].reading.extract(model, site, 1.0).split("、")
    assert set(shown) <= {"class=login-page", "id=pass0"}
    assert says(model, READERS["names"].rows([site])).shape == (1,)
