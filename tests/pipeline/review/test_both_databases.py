"""The whole desk on SQLite and on PostgreSQL: every page, and every act once."""

from pathlib import Path

import pytest

from pipeline.nouns import Action, Indicator, Kind
from pipeline.review import appeals, audit
from pipeline.store import Store
from pipeline.store.decisions import head_of
from tests.pipeline.review.conftest import Clock, Office, make_office
from tests.pipeline.review.test_accounts import invited, take_up
from tests.pipeline.review.test_appeals import hand_in

PAGES = {
    "admin": ("/accounts", "/own", "/policy"),
    "senior": (
        *("/queue?text=task01", "/queue?why=below&kind=host", "/queue?order=unsure", "/audit?verify=1"),
        *("/proposals", "/appeals", "/appeals/1", "/learning", "/learning/look", "/figures"),
        *("/learning/labels.csv", "/learning/numbers.csv", "/figures/report", "/figures/delays.csv"),
        *("/item?subject=host:task000.rebate-0.example", "/family?subject=host:task000.rebate-0.example"),
        *("/item?subject=number:%2B861012345600", "/item/calls?subject=number:%2B861012345600"),
        "/item/blast?subject=host:task000.rebate-0.example&target=domain:rebate-0.example",
    ),
}  # fmt: skip


@pytest.fixture
def office(store: Store, tmp_path: Path) -> Office:
    """A desk on each database."""
    return make_office(store, tmp_path / "home", clock=Clock(), sites=8)


def post(office: Office, login: str, path: str, **form: object) -> int:
    client = office.client(login)
    return client.post(path, data={"csrf": office.csrf(client), **form}).status_code


def test_every_act_and_every_page_on_both_databases(office: Office) -> None:
    one, two, three, *rest = map(str, office.sites)
    act = {"reason": "one template, one gang"}
    assert post(office, "analyst", "/item/decide", subject=one, action="block", **act) == 303
    assert post(office, "analyst", "/item/decide", subject=two, action="allow", **act) == 303
    long = {"subject": three, "action": "block", "days": "3650", **act}
    assert post(office, "analyst", "/item/decide", **long) == 303
    assert post(office, "senior", "/proposals/second", proposal=["1"]) == 303
    family = {"subject": one, "member": rest[:2], "action": "dismiss", **act}
    family |= {f"seen:dismiss:{member}": "" for member in rest[:2]}
    assert post(office, "colleague", "/family/settle", **family) == 303
    assert post(office, "analyst", "/views", name="below", view="why=below") == 303
    code = hand_in(office, office.sites[0].value)
    assert post(office, "senior", "/appeals/1/answer", state="upheld", answer="genuine") == 303
    assert take_up(office, "zhao", invited(office, "zhao", "analyst"))[1] == 200
    with office.desk.store.read() as tx:
        lifted = head_of(tx, office.sites[0])
        decision = head_of(tx, office.sites[1])
    assert lifted is not None
    assert lifted.action is Action.ALLOW
    assert decision is not None
    assert post(office, "analyst", "/item/undo", decision=decision.id) == 303
    number = str(Indicator(Kind.NUMBER, "+861012345600"))
    assert post(office, "colleague", "/item/decide", subject=number, action="block", **act) == 303
    for login, paths in PAGES.items():
        client = office.client(login)
        for path in paths:
            answer = client.get(path)
            assert answer.status_code == 200, (path, answer.text[:300])
    status = office.client().post("/api/appeals/status", json={"code": code}).json()
    assert status["state"] == "upheld"
    office.clock.pass_by(days=office.desk.settings.desk.appellant_days, hours=1)
    with office.desk.store.write() as tx:
        assert appeals.forget(tx, office.desk.settings.desk, now=office.clock.now) == [1]
        assert audit.verify(tx).whole
