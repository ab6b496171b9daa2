"""What is learnt from people: labels with provenance, agreement, and precision with its interval."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from pipeline.nouns import Action, Decision, Indicator, Kind
from pipeline.review import acts, appeals, learning
from pipeline.review.decide import Ruling, decide
from pipeline.store import Store, looks
from pipeline.store.audit import walk
from pipeline.store.decisions import add_decision, head_of
from pipeline.store.lessons import hits_of_rules, hits_of_sources
from tests.pipeline.review.conftest import Office
from tests.pipeline.review.test_appeals import block, hand_in

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
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
    pairs = {(B, B): 20, (A, A): 15, (B, A): 5, (A, B): 10}
    found = learning.agreement(pairs)
    assert (found.looks, found.agreed) == (50, 35)
    assert found.kappa == pytest.approx(0.4)


@pytest.mark.parametrize("pairs", [{}, {(B, B): 5}])
def test_kappa_of_too_little_is_none(pairs: dict[tuple[Action, Action], int]) -> None:
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
    with office.desk.store.read() as tx:
        taken = [(one.actor, one.subject) for one in walk(tx) if one.act == "export"]
    assert taken == [("auditor", "labels.csv")]
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


def settle_all(office: Office, sites: list[Indicator], login: str = "analyst") -> None:
    """Blocks as the desk makes them, all of them to be looked at again."""
    settings = office.desk.settings
    always = settings.desk.model_copy(update={"second_look_share": 1.0})
    desk = replace(office.desk, settings=settings.model_copy(update={"desk": always}))
    for site in sites:
        office.clock.pass_by(seconds=1)
        with desk.store.write() as tx:
            acts.settle(
                tx, desk, Ruling(site, B, "seen"), login=login, seen=None, now=office.clock.now
            )


def test_a_second_look_is_blind_and_anothers(office: Office) -> None:
    desk = office.desk
    settle_all(office, office.sites[:5])
    with desk.store.read() as tx:
        assert looks.oldest_due(tx, but="analyst") is None
        decision = looks.oldest_due(tx, but="colleague")
    assert decision is not None
    assert (decision.subject or decision.indicator) == office.sites[0]
    client = office.client("colleague")
    form = {"csrf": office.csrf(client), "decision": decision.id, "action": "block"}
    own = office.client("analyst")
    mine = {**form, "csrf": office.csrf(own)}
    assert own.post("/learning/look", data=mine).status_code == 422
    assert client.post("/learning/look", data=form).status_code == 303
    assert client.post("/learning/look", data=form).status_code == 409
    with desk.store.read() as tx:
        again = looks.oldest_due(tx, but="colleague")
        assert again is not None
        assert (again.subject or again.indicator) == office.sites[1]
        assert looks.count_pairs(tx) == {(B, B): 1}
    page = office.client("auditor").get("/learning").text
    assert "Cohen" in page


def test_nobody_chooses_what_they_look_at(office: Office) -> None:
    """Neither a decision that was not drawn, nor another than the one that waits longest."""
    rule(office, office.sites[9], B)
    settle_all(office, office.sites[:2])
    with office.desk.store.read() as tx:
        drawn = [head_of(tx, office.sites[n]) for n in (9, 1, 0)]
    client = office.client("colleague")
    codes = [
        client.post(
            "/learning/look",
            data={"csrf": office.csrf(client), "decision": one.id, "action": "block"},
        ).status_code
        for one in drawn
        if one is not None
    ]
    assert codes == [409, 409, 303]
    with office.desk.store.read() as tx:
        assert looks.count_pairs(tx) == {(B, B): 1}


def test_both_who_decided_are_kept_from_the_second_look(store: Store) -> None:
    def made(n: int, actor: str) -> Decision:
        at = NOW + timedelta(seconds=n)
        return Decision(Indicator(Kind.HOST, f"{n}.example"), B, None, "x", actor, at)

    both, one = made(0, "analyst:li+wang_x"), made(1, "analyst:wangyx")
    with store.write() as tx:
        for decision in (both, one):
            add_decision(tx, decision)
            looks.ask_for_look(tx, decision)
        for login in ("li", "wang_x"):
            assert looks.oldest_due(tx, but=login) == one
        assert looks.oldest_due(tx, but="wangyx") == both
        # Those who only look like them may.
        for login in ("wang", "l%", "l"):
            assert looks.oldest_due(tx, but=login) == both


def test_what_was_decided_anew_needs_no_second_look(office: Office) -> None:
    settle_all(office, office.sites[:1])
    office.clock.pass_by(seconds=1)
    rule(office, office.sites[0], A)
    with office.desk.store.read() as tx:
        assert looks.oldest_due(tx, but="colleague") is None


def test_the_blind_page_does_not_tell_what_was_decided(office: Office) -> None:
    settle_all(office, office.sites[:3])
    page = office.client("colleague").get("/learning/look").text
    assert 'name="decision"' in page
    assert "seen" not in page.split('class="evidence"')[1].split("<aside")[0]
    assert "analyst:analyst" not in page
    assert "/item/screenshot" in page
    for evidence in ("银行卡号", "Who reported it", "Registration", "DNS"):
        assert evidence in page
    for told in ("History", 'act-block">block', "seen:", "/appeals/"):
        assert told not in page


def test_the_blind_page_of_a_number_shows_how_it_calls(office: Office) -> None:
    number = Indicator(Kind.NUMBER, "+861012345600")
    settle_all(office, [number])
    page = office.client("colleague").get("/learning/look").text
    assert f"/item/calls?subject={quote(str(number), safe=':')}" in page.replace("%3A", ":")


def test_decisions_on_numbers_are_labels_with_what_was_known_of_their_calls(office: Office) -> None:
    rule(office, Indicator(Kind.NUMBER, "+861012345600"), B)
    rule(office, Indicator(Kind.NUMBER, "+8613800138000"), D)
    rule(office, office.sites[0], B)
    text = office.client("auditor").get("/learning/numbers.csv").text
    known, unknown = csv.DictReader(io.StringIO(text))
    assert (known["number"], known["label"], unknown["label"]) == ("+861012345600", "1", "0")
    assert json.loads(known["calls"])["features"]["calls_per_day"] == 420
    assert known["source"].startswith("decision:")
    assert unknown["calls"] == ""


def test_the_sample_is_the_same_for_everybody_and_about_its_share() -> None:
    picked = [learning.is_sampled(f"{n:064x}", 0.1) for n in range(5000)]
    assert 400 < sum(picked) < 600
    assert picked == [learning.is_sampled(f"{n:064x}", 0.1) for n in range(5000)]
