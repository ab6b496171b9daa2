"""What is learnt from people: labels with provenance, agreement, and precision with its interval."""

import csv
import io

import pytest

from pipeline.nouns import Action, Indicator, Kind
from pipeline.review import appeals, learning
from pipeline.review.decide import Ruling, decide
from pipeline.store.lessons import hits_of_rules, hits_of_sources
from tests.pipeline.review.conftest import Office
from tests.pipeline.review.test_appeals import block, hand_in

B, A, D = Action.BLOCK, Action.ALLOW, Action.DISMISS


def rule(office: Office, subject: Indicator, action: Action, login: str = "analyst") -> None:
    with office.desk.store.write() as tx:
        decide(
            tx,
            Ruling(subject, action, "seen"),
            actor=f"analyst:{login}",
            policy=office.desk.policy,
            protected=office.desk.protected,
            now=office.clock.now,
        )


def test_kappa_of_a_textbook_table() -> None:
    # 50 proposals read by two: both yes 20, both no 15, yes/no 5, no/yes 10 -> kappa 0.4
    pairs = [(B, B)] * 20 + [(A, A)] * 15 + [(B, A)] * 5 + [(A, B)] * 10
    found = learning.agreement(pairs)
    assert (found.looks, found.agreed) == (50, 35)
    assert found.kappa == pytest.approx(0.4)


@pytest.mark.parametrize("pairs", [[], [(B, B)] * 5])
def test_kappa_of_too_little_is_none(pairs: list[tuple[Action, Action]]) -> None:
    assert learning.agreement(pairs).kappa is None


def test_the_wilson_interval_is_the_published_one() -> None:
    low, high = learning.wilson(8, 10)
    assert (low, high) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert learning.wilson(0, 0) == (0.0, 1.0)


def test_labels_carry_where_they_come_from(office: Office) -> None:
    rule(office, office.sites[0], B)
    rule(office, office.sites[1], D)
    rule(office, office.sites[2], Action.WATCH)
    rule(office, Indicator(Kind.NUMBER, "+861012345600"), B)
    block(office, office.sites[3])
    hand_in(office, office.sites[3].value)
    with office.desk.store.write() as tx:
        appeals.uphold(tx, office.desk, 1, "honest shop", login="senior", now=office.clock.now)
    text = office.client("auditor").get("/learning/labels.csv").text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(r["url"], r["label"]) for r in rows] == [
        (office.sites[0].value, "1"),
        (office.sites[1].value, "0"),
        (office.sites[3].value, "0"),
    ]
    assert rows[0]["category"] == "task-rebate"
    assert rows[0]["source"].startswith("decision:")
    assert rows[2]["source"] == "appeal:1"
    assert rows[0]["decided_at"] == office.clock.now.isoformat()


def test_reporters_and_rules_are_judged_by_what_people_settled(office: Office) -> None:
    rule(office, office.sites[0], B)
    rule(office, office.sites[3], D)
    rule(office, office.sites[1], B)
    with office.desk.store.read() as tx:
        sources = {hit.name: (hit.right, hit.settled) for hit in hits_of_sources(tx)}
        rules = {hit.name: (hit.right, hit.settled) for hit in hits_of_rules(tx)}
    assert sources == {"npa165": (1, 2), "app": (1, 1)}
    assert rules["phrase.rebate"] == (2, 3)
    assert "contacts.company" not in rules


def test_a_second_look_is_blind_and_anothers(office: Office) -> None:
    desk = office.desk
    for site in office.sites[:5]:
        rule(office, site, B, login="analyst")
    with desk.store.read() as tx:
        assert learning.next_look(tx, "analyst", share=1.0) is None
        chosen = learning.next_look(tx, "colleague", share=1.0)
    assert chosen is not None
    subject, decision = chosen
    client = office.client("colleague")
    form = {"csrf": office.csrf(client), "decision": decision.id, "action": "block"}
    own = office.client("analyst")
    mine = {**form, "csrf": office.csrf(own)}
    assert own.post("/learning/look", data=mine).status_code == 422
    assert client.post("/learning/look", data=form).status_code == 303
    assert client.post("/learning/look", data=form).status_code == 409
    with desk.store.read() as tx:
        again = learning.next_look(tx, "colleague", share=1.0)
        assert again is not None
        assert again[0] != subject
    page = office.client("auditor").get("/learning").text
    assert "Cohen" in page


def test_the_blind_page_does_not_tell_what_was_decided(office: Office) -> None:
    for site in office.sites:
        rule(office, site, B)
    page = office.client("colleague").get("/learning/look").text
    assert 'name="decision"' in page
    assert "seen" not in page.split('class="evidence"')[1].split("<aside")[0]
    assert "analyst:analyst" not in page


def test_the_sample_is_the_same_for_everybody_and_about_its_share() -> None:
    picked = [learning.is_sampled(f"{n:064x}", 0.1) for n in range(5000)]
    assert 400 < sum(picked) < 600
    assert picked == [learning.is_sampled(f"{n:064x}", 0.1) for n in range(5000)]
