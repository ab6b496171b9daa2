"""An appeal from its form to the entry's leaving the lists, and everything that can go wrong."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from nacl.public import PrivateKey
from starlette.testclient import TestClient

from blocklists.build import build
from pipeline.appeal_code import appeal_code
from pipeline.errors import FanzhaError
from pipeline.nouns import Action, Decision, Indicator, Kind
from pipeline.review import appeals
from pipeline.review.console.app import build as build_app
from pipeline.review.decide import Ruling, decide
from pipeline.review.identity import Appellant, seal, unseal
from pipeline.review.keyring import open_public_keyring
from pipeline.store.appeals import AppealState, appeal_by_number, appeals_of, sealed_appellant
from pipeline.store.decisions import head_of, last_seq
from pipeline.store.lessons import lessons
from pipeline.store.live import live_at
from tests.pipeline.review.conftest import Office

NUMBER = Indicator(Kind.NUMBER, "+861012345600")


def block(office: Office, subject: Indicator) -> Decision:
    with office.desk.store.write() as tx:
        return decide(
            tx,
            Ruling(subject, Action.BLOCK, "asks for bank cards", target=subject),
            actor="analyst:analyst",
            policy=office.desk.policy,
            protected=office.desk.protected,
            now=office.clock.now,
        )


def listed(office: Office) -> set[Indicator]:
    with office.desk.store.read() as tx:
        live = live_at(tx, cut=last_seq(tx), at=office.clock.now)
        built = build(live, protected=office.desk.protected, at=office.clock.now)
    return {entry.indicator for entry in built.entries}


def form(text: str, **more: str) -> dict[str, str]:
    fields = {"indicator": text, "statement": "这是我公司的网站", "contact": "owner@shop.example"}
    return {**fields, "name": "示例公司", "relation": "owner", **more}


def hand_in(office: Office, text: str) -> str:
    answer = office.client().post("/appeal", data=form(text))
    assert answer.status_code == 200, answer.text
    found = re.search(r'id="code">([A-Z0-9-]{14})<', answer.text)
    assert found is not None
    return found.group(1)


@pytest.mark.parametrize(
    "text",
    ["task000.rebate-0.example", "https://task000.rebate-0.example/login?x=1", "HXXPS://task000[.]rebate-0[.]example/"],
)  # fmt: skip
def test_an_upheld_appeal_takes_the_entry_off_the_next_release(office: Office, text: str) -> None:
    site = office.sites[0]
    block(office, site)
    assert site in listed(office)
    code = hand_in(office, text)
    senior = office.client("senior")
    answer = {"csrf": office.csrf(senior), "state": "upheld", "answer": "备案与经营信息属实"}
    assert senior.post("/appeals/1/answer", data=answer).status_code == 303
    assert office.decided == [office.clock.now]
    assert site not in listed(office)
    status = office.client().post("/appeal/status", data={"code": code.lower()})
    assert "upheld" in status.text
    assert "备案与经营信息属实" in status.text
    assert "asks for bank cards" in status.text


def test_a_rejected_appeal_gives_its_reason_and_lists_on(office: Office) -> None:
    block(office, NUMBER)
    code = hand_in(office, "010 1234 5600")
    senior = office.client("senior")
    form = {"csrf": office.csrf(senior), "state": "rejected", "answer": "呼叫记录与诈骗一致"}
    assert senior.post("/appeals/1/answer", data=form).status_code == 303
    assert NUMBER in listed(office)
    status = office.client().post("/api/appeals/status", json={"code": code}).json()
    assert status["state"] == "rejected"
    assert status["answer"] == "呼叫记录与诈骗一致"
    assert status["listed_because"] == "asks for bank cards"


def test_nobody_judges_an_appeal_against_their_own_decision(office: Office) -> None:
    with office.desk.store.write() as tx:
        decide(
            tx,
            Ruling(NUMBER, Action.BLOCK, "calls like a call centre"),
            actor="analyst:senior",
            policy=office.desk.policy,
            protected=office.desk.protected,
            now=office.clock.now,
        )
    hand_in(office, NUMBER.value)
    with office.desk.store.write() as tx, pytest.raises(FanzhaError, match="another than the one"):
        appeals.uphold(tx, office.desk, 1, "fine", login="senior", now=office.clock.now)


def test_nobody_judges_an_appeal_against_what_they_decided_before_another(office: Office) -> None:
    block(office, NUMBER)
    hand_in(office, NUMBER.value)
    office.clock.pass_by(minutes=1)
    with office.desk.store.write() as tx:
        decide(
            tx,
            Ruling(NUMBER, Action.BLOCK, "still calls"),
            actor="analyst:colleague",
            policy=office.desk.policy,
            protected=office.desk.protected,
            now=office.clock.now,
        )
    for login in ("analyst", "colleague"):
        with office.desk.store.write() as tx, pytest.raises(FanzhaError, match="another than"):
            appeals.reject(tx, 1, "no", login=login, now=office.clock.now)
    with office.desk.store.write() as tx:
        appeals.reject(tx, 1, "no", login="senior", now=office.clock.now)


@pytest.mark.parametrize("state", [{}, {"state": "upheId"}, {"state": "open"}, {"state": ""}])
def test_an_answer_that_says_neither_answers_nothing(office: Office, state: dict[str, str]) -> None:
    block(office, NUMBER)
    hand_in(office, NUMBER.value)
    senior = office.client("senior")
    form = {"csrf": office.csrf(senior), "answer": "备案与经营信息属实", **state}
    assert senior.post("/appeals/1/answer", data=form).status_code == 422
    with office.desk.store.read() as tx:
        kept = appeal_by_number(tx, 1)
    assert kept is not None
    assert kept.state is AppealState.OPEN


def test_an_upheld_appeal_of_a_name_above_a_suffix_spares_no_stranger(office: Office) -> None:
    above = Indicator(Kind.HOST, "kobe.jp")
    block(office, above)
    assert above in listed(office)
    hand_in(office, "kobe.jp")
    with office.desk.store.write() as tx:
        made = appeals.uphold(tx, office.desk, 1, "fine", login="senior", now=office.clock.now)
    assert made.action is Action.DISMISS
    assert above not in listed(office)


def test_an_upheld_appeal_lifts_no_other_names_blocks(office: Office) -> None:
    gang, below = Indicator(Kind.DOMAIN, "gang.example"), Indicator(Kind.HOST, "a.gang.example")
    block(office, gang)
    block(office, below)
    hand_in(office, "shop.gang.example")
    page = office.client("senior").get("/appeals/1").text
    assert "Other blocks below it stay, each by its own decision: 1" in page
    with office.desk.store.write() as tx:
        appeals.uphold(tx, office.desk, 1, "fine", login="senior", now=office.clock.now)
    assert listed(office) == {below}


def test_an_entry_below_a_wider_one_is_lifted_with_what_is_below_it(office: Office) -> None:
    """Nothing but an allow spares a name that a domain above it lists; who answers sees its reach."""
    gang, shop = Indicator(Kind.DOMAIN, "gang.example"), Indicator(Kind.HOST, "shop.gang.example")
    for entry in (gang, shop, Indicator(Kind.HOST, "a.shop.gang.example")):
        block(office, entry)
    hand_in(office, "shop.gang.example")
    page = office.client("senior").get("/appeals/1").text
    assert "with it go other blocks below it: 1" in page
    with office.desk.store.write() as tx:
        made = appeals.uphold(tx, office.desk, 1, "fine", login="senior", now=office.clock.now)
    assert made.action is Action.ALLOW
    assert listed(office) == {gang}


def test_who_appeals_is_sealed_apart_and_each_opening_is_recorded(office: Office) -> None:
    block(office, NUMBER)
    hand_in(office, NUMBER.value)
    with office.desk.store.read() as tx:
        sealed = sealed_appellant(tx, 1)
    assert sealed is not None
    raw = (office.desk.settings.home / "fanzha.db").read_bytes()
    raw += (office.desk.settings.home / "fanzha.db-wal").read_bytes()
    assert b"owner@shop.example" not in raw
    assert "示例公司".encode() not in raw
    assert unseal(sealed, key=office.desk.keys.opens()).contact == "owner@shop.example"
    senior = office.client("senior")
    page = senior.post("/appeals/1/identity", data={"csrf": office.csrf(senior)})
    assert "owner@shop.example" in page.text
    log = office.client("auditor").get("/audit?act=appeal.reveal").text
    assert "opened an identity" in log


def test_a_process_for_the_public_takes_appeals_and_cannot_open_one(office: Office) -> None:
    block(office, NUMBER)
    keys = office.desk.settings.home / "keys"
    public = replace(office.desk, keys=open_public_keyring(keys))
    answer = TestClient(build_app(public, desk_pages=False)).post(
        "/appeal", data=form(NUMBER.value)
    )
    assert answer.status_code == 200
    for closed in (public.keys.opens, public.keys.accounts):
        with pytest.raises(FanzhaError, match="serves the public and holds no"):
            closed()
    with office.desk.store.write() as tx:
        opened = appeals.reveal(tx, office.desk, 1, login="senior", now=office.clock.now)
    assert opened.contact == "owner@shop.example"


def test_who_appealed_is_removed_when_the_legal_period_is_over(office: Office) -> None:
    block(office, NUMBER)
    code = hand_in(office, NUMBER.value)
    settings, start = office.desk.settings.desk, office.clock.now
    long_after = start + timedelta(days=settings.appellant_days, seconds=1)
    with office.desk.store.write() as tx:
        assert appeals.forget(tx, settings, now=long_after) == []
        appeals.reject(tx, 1, "呼叫记录与诈骗一致", login="senior", now=start)
        assert appeals.forget(tx, settings, now=long_after - timedelta(seconds=2)) == []
        assert appeals.forget(tx, settings, now=long_after) == [1]
        assert appeals.forget(tx, settings, now=long_after) == []
        assert sealed_appellant(tx, 1) is None
        with pytest.raises(FanzhaError, match="no identity is kept"):
            appeals.reveal(tx, office.desk, 1, login="senior", now=long_after)
    assert "Removed after the legal period" in office.client("senior").get("/appeals/1").text
    log = office.client("auditor").get("/audit?act=appeal.forget").text
    assert "removed who appealed" in log
    status = office.client().post("/api/appeals/status", json={"code": code}).json()
    assert status["answer"] == "呼叫记录与诈骗一致"


def test_seals_tell_nothing_by_their_size() -> None:
    key = bytes(PrivateKey(b"k" * 32).public_key)
    sizes = {len(seal(Appellant("n" * n, "c", ""), key=key)) for n in (0, 1, 20, 60)}
    assert len(sizes) == 1


def test_what_is_not_listed_cannot_be_appealed(office: Office) -> None:
    answer = office.client().post("/api/appeals", json=form("honest.example"))
    assert answer.status_code == 404
    assert office.client().post("/appeal", data=form("not an address at all")).status_code == 422
    assert office.client().post("/api/appeals", json=["x"]).status_code == 400
    assert (
        office.client().post("/api/appeals", json=form("x.example", contact="")).status_code == 422
    )


def test_the_api_hands_in_and_tells_the_clock(office: Office) -> None:
    block(office, NUMBER)
    made = office.client().post("/api/appeals", json=form(NUMBER.value))
    assert made.status_code == 201
    body = made.json()
    due = office.clock.now + timedelta(hours=office.desk.settings.desk.appeal_hours)
    assert body["due_at"] == due.isoformat()
    assert body["state"] == "open"
    status = office.client().post("/api/appeals/status", json={"code": body["code"]})
    assert status.json()["entry"] == str(NUMBER)
    assert office.client().post("/api/appeals/status", json={"code": "AAAA"}).status_code == 404


def test_the_entrys_own_code_fills_the_form(office: Office) -> None:
    decision = block(office, NUMBER)
    page = office.client().get("/appeal", params={"code": appeal_code(decision.id)})
    assert f'value="{NUMBER.value}"' in page.text
    assert office.client().get("/appeal", params={"code": "AAAAAAAAAA"}).status_code == 404
    assert office.client().get("/appeal", params={"code": "é" * 10}).status_code == 404


def test_one_address_cannot_flood_the_desk(office: Office) -> None:
    block(office, NUMBER)
    codes = [
        office.client().post("/api/appeals", json=form(NUMBER.value)).status_code
        for _ in range(office.desk.settings.desk.appeals_per_hour + 1)
    ]
    assert codes == [201] * office.desk.settings.desk.appeals_per_hour + [429]
    office.clock.pass_by(hours=1, seconds=1)
    assert office.client().post("/api/appeals", json=form(NUMBER.value)).status_code == 201


def try_from(office: Office, address: str, text: str) -> int:
    client = TestClient(build_app(office.desk), client=(address, 50_000))
    return client.post("/api/appeals", json=form(text)).status_code


def test_names_cannot_be_gone_through_by_appeals(office: Office) -> None:
    block(office, NUMBER)
    most = office.desk.settings.desk.appeal_tries_per_hour
    codes = [try_from(office, "2001:db8::1", f"n{n}.example") for n in range(most + 1)]
    assert codes == [404] * most + [429]
    # Who is refused holds up no writer, here one who has the whole store to itself.
    with office.desk.store.write():
        assert try_from(office, "2001:db8::1", "more.example") == 429
    # The rest of an IPv6 address is anybody's to choose.
    assert try_from(office, "2001:db8:0:0:ffff::2", NUMBER.value) == 429
    assert try_from(office, "2001:db8:0:1::1", NUMBER.value) == 201
    office.clock.pass_by(hours=1, seconds=1)
    assert try_from(office, "2001:db8::1", NUMBER.value) == 201


def test_an_upheld_appeal_answers_the_others_about_its_entry(office: Office) -> None:
    """But not one against a decision of the one who answers, which is another's to judge."""
    for login in ("analyst", "senior"):
        with office.desk.store.write() as tx:
            decide(
                tx,
                Ruling(NUMBER, Action.BLOCK, "asks for bank cards"),
                actor=f"analyst:{login}",
                policy=office.desk.policy,
                protected=office.desk.protected,
                now=office.clock.now,
            )
        hand_in(office, NUMBER.value)
        office.clock.pass_by(minutes=1)
    block(office, NUMBER)
    codes = [hand_in(office, NUMBER.value) for _ in range(2)]
    with office.desk.store.write() as tx:
        appeals.uphold(tx, office.desk, 3, "so it is", login="senior", now=office.clock.now)
        states = [one.state.value for one in appeals_of(tx, NUMBER)]
    assert states == ["upheld", "open", "upheld", "upheld"]
    told = office.client().post("/api/appeals/status", json={"code": codes[1]}).json()
    assert (told["state"], told["answer"]) == ("upheld", "so it is")
    with office.desk.store.read() as tx:
        assert [(one.indicator, one.appeal) for one in lessons(tx)] == [(NUMBER, 1)]


def test_an_overdue_appeal_is_shown_as_such(office: Office) -> None:
    block(office, NUMBER)
    hand_in(office, NUMBER.value)
    office.clock.pass_by(hours=office.desk.settings.desk.appeal_hours + 2)
    page = office.client("analyst").get("/appeals").text
    assert 'act-block"><time' in page
    assert "overdue: 1" in office.client("analyst").get("/queue").text


def test_an_appeal_is_answered_once(office: Office) -> None:
    block(office, NUMBER)
    hand_in(office, NUMBER.value)
    with office.desk.store.write() as tx:
        appeals.reject(tx, 1, "no", login="senior", now=office.clock.now)
        with pytest.raises(FanzhaError, match="rejected already"):
            appeals.uphold(tx, office.desk, 1, "yes", login="senior", now=office.clock.now)
        kept = appeal_by_number(tx, 1)
        assert kept is not None
        assert kept.state is AppealState.REJECTED
        head = head_of(tx, NUMBER)
        assert head is not None
        assert head.action is Action.BLOCK
