"""Where a decision may stand: an allow spares no strangers, and a form names only what it was offered."""

import pytest

from pipeline.errors import FanzhaError
from pipeline.nouns import Action, Decision, Indicator, Kind
from pipeline.review import acts
from pipeline.review.decide import Ruling, decide, refuse_scope
from pipeline.store import proposals
from pipeline.store.decisions import last_seq
from tests.pipeline.review.conftest import Office

NOT_OFFERED = (
    "domain:task001.rebate-1.example",
    "host:honest.example",
    "domain:example",
    "number:+861012345600",
    "rebate-0.example",
    "planet:rebate-0.example",
)


def allow(office: Office, indicator: Indicator) -> Decision:
    with office.desk.store.write() as tx:
        return decide(
            tx,
            Ruling(indicator, Action.ALLOW, "honest", target=indicator),
            actor="analyst:analyst",
            policy=office.desk.policy,
            protected=office.desk.protected,
            now=office.clock.now,
        )


@pytest.mark.parametrize("kind", [Kind.HOST, Kind.DOMAIN])
@pytest.mark.parametrize("name", ["co.uk", "cn", "github.io", "pages.dev", "amazonaws.com"])
def test_an_allow_that_would_spare_strangers_is_refused(
    office: Office, kind: Kind, name: str
) -> None:
    with pytest.raises(FanzhaError, match="strangers have names below"):
        allow(office, Indicator(kind, name))


@pytest.mark.parametrize(
    "indicator",
    [
        Indicator(Kind.DOMAIN, "shop.co.uk"),
        Indicator(Kind.HOST, "shop.github.io"),
        Indicator(Kind.URL, "https://github.io/shop"),
        Indicator(Kind.HOST, "192.0.2.7"),
        Indicator(Kind.NUMBER, "+861012345600"),
    ],
)
def test_an_allow_of_what_one_party_holds_stands(office: Office, indicator: Indicator) -> None:
    assert allow(office, indicator).indicator == indicator


@pytest.mark.parametrize("action", [Action.BLOCK, Action.ALLOW])
@pytest.mark.parametrize(
    "indicator",
    [
        Indicator(Kind.DOMAIN, "http://evil-abc.com/x"),
        Indicator(Kind.DOMAIN, "192.0.2.7"),
        Indicator(Kind.HOST, "Evil-Abc.COM"),
        Indicator(Kind.HOST, "evil-abc.com."),
        Indicator(Kind.URL, "http://evil-abc.com"),
        Indicator(Kind.NUMBER, "138 0013 8000"),
    ],
    ids=str,
)
def test_nothing_stands_on_what_is_not_canonical(
    office: Office, action: Action, indicator: Indicator
) -> None:
    with pytest.raises(FanzhaError, match="not in canonical form"):
        refuse_scope(action, indicator, office.desk.protected)


def test_what_can_never_stand_is_not_even_proposed(office: Office) -> None:
    suffix = Indicator(Kind.DOMAIN, "github.io")
    below = [Indicator(Kind.HOST, f"shop-{n}.github.io") for n in range(3)]
    with office.desk.store.write() as tx:
        for name in below:
            blocked = Ruling(name, Action.BLOCK, "fraud")
            acts.settle(tx, office.desk, blocked, login="analyst", seen=None, now=office.clock.now)
        wanted = Ruling(below[0], Action.ALLOW, "honest", target=suffix)
        with pytest.raises(FanzhaError, match="strangers"):
            acts.settle(tx, office.desk, wanted, login="analyst", seen=None, now=office.clock.now)
        assert proposals.open_proposals(tx) == []


@pytest.mark.parametrize("target", NOT_OFFERED)
@pytest.mark.parametrize("action", ["block", "allow", "dismiss"])
def test_a_form_cannot_name_a_scope_that_was_not_offered(
    office: Office, target: str, action: str
) -> None:
    client = office.client("analyst")
    form = {"csrf": office.csrf(client), "subject": str(office.sites[0]), "reason": "fraud"}
    answer = client.post("/item/decide", data={**form, "action": action, "target": target})
    assert answer.status_code == 422
    assert "scopes that are offered" in answer.text
    with office.desk.store.read() as tx:
        assert last_seq(tx) == 0


@pytest.mark.parametrize("target", ["host:task000.rebate-0.example", "domain:rebate-0.example", ""])
def test_a_form_names_any_scope_that_was_offered(office: Office, target: str) -> None:
    client = office.client("analyst")
    form = {"csrf": office.csrf(client), "subject": str(office.sites[0]), "reason": "fraud"}
    answer = client.post("/item/decide", data={**form, "action": "block", "target": target})
    assert answer.status_code == 303
