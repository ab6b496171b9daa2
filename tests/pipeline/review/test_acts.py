"""Settling: one, a family, two people, and taking back; nobody's decision is lost."""

import threading
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import update

from pipeline.errors import ConflictError, FanzhaError
from pipeline.nouns import Action, Decision, Indicator, Kind, Observation
from pipeline.review import acts, appeals, audit
from pipeline.review.accounts import make_account
from pipeline.review.blast import blast_of
from pipeline.review.decide import Ruling
from pipeline.review.desk import Desk
from pipeline.review.handing_in import hand_in
from pipeline.review.identity import Appellant
from pipeline.review.rights import Role
from pipeline.store import locks, proposals, reviews
from pipeline.store.decisions import add_decision, head_of, last_seq
from pipeline.store.observations import add_observations
from pipeline.store.reports import open_subjects
from pipeline.whys import why
from tests.pipeline.review.conftest import Office


def ruling(subject: Indicator, action: Action = Action.BLOCK, **more: object) -> Ruling:
    return replace(Ruling(subject, action, "the page asks for bank cards"), **more)  # type: ignore[arg-type]


def settle(office: Office, wanted: Ruling, login: str = "analyst", **more: object) -> acts.Settled:
    with office.desk.store.write() as tx:
        return acts.settle(
            tx,
            office.desk,
            wanted,
            login=login,
            now=office.clock.now,
            seen=None,
            **more,  # type: ignore[arg-type]
        )


def head(office: Office, indicator: Indicator) -> Action | None:
    with office.desk.store.read() as tx:
        found = head_of(tx, indicator)
        return found.action if found else None


def domain(office: Office) -> Indicator:
    return Indicator(Kind.DOMAIN, office.sites[0].value.split(".", 1)[1])


def test_an_ordinary_block_is_one_persons(office: Office) -> None:
    done = settle(office, ruling(office.sites[0]))
    assert done.decision is not None
    assert done.decision.actor == "analyst:analyst"
    assert head(office, office.sites[0]) is Action.BLOCK
    with office.desk.store.read() as tx:
        item = reviews.item_of(tx, office.sites[0])
        assert item is not None
        assert item.decision == done.decision.id
        assert audit.verify(tx).whole


def test_what_was_decided_meanwhile_is_not_overwritten(office: Office) -> None:
    settle(office, ruling(office.sites[0]))
    with office.desk.store.write() as tx, pytest.raises(ConflictError, match="meanwhile"):
        acts.settle(
            tx,
            office.desk,
            ruling(office.sites[0], Action.ALLOW),
            login="colleague",
            seen="",
            now=office.clock.now,
        )
    assert head(office, office.sites[0]) is Action.BLOCK


def test_an_item_that_somebody_works_on_is_left_to_them(office: Office) -> None:
    with office.desk.store.write() as tx:
        until = office.clock.now + timedelta(minutes=3)
        locks.take(tx, office.sites[0], "colleague", at=office.clock.now, until=until)
    with pytest.raises(ConflictError, match="colleague works on it"):
        settle(office, ruling(office.sites[0]))
    office.clock.pass_by(minutes=4)
    assert settle(office, ruling(office.sites[0])).decision is not None


def add_names(office: Office, count: int) -> None:
    names = [Indicator(Kind.HOST, f"n{n}.{domain(office).value}") for n in range(count)]
    with office.desk.store.write() as tx:
        open_subjects(tx, names, at=office.clock.now)


def test_a_wide_block_takes_two(office: Office) -> None:
    add_names(office, office.desk.settings.desk.wide_subdomains)
    done = settle(office, ruling(office.sites[0], target=domain(office)))
    assert done.decision is None
    assert head(office, domain(office)) is None
    with office.desk.store.write() as tx:
        (waiting,) = proposals.open_proposals(tx)
        assert waiting.why == ("wide",)
        with pytest.raises(FanzhaError, match="another than the one who proposed"):
            acts.second(tx, office.desk, waiting.id, login="analyst", now=office.clock.now)
        decision = acts.second(tx, office.desk, waiting.id, login="senior", now=office.clock.now)
        assert decision.actor == "analyst:analyst+senior"
        assert decision.indicator == domain(office)
        with pytest.raises(ConflictError):
            acts.second(tx, office.desk, waiting.id, login="senior", now=office.clock.now)


def test_a_block_for_ever_or_against_an_allow_takes_two(office: Office) -> None:
    assert settle(office, ruling(office.sites[0], days=3650)).proposal is not None
    settle(office, ruling(office.sites[1], Action.ALLOW))
    assert settle(office, ruling(office.sites[1])).proposal is not None


@pytest.mark.parametrize("first", [Action.WATCH, Action.DISMISS, Action.BLOCK])
def test_nobody_ends_alone_what_a_person_allowed(office: Office, first: Action) -> None:
    settle(office, ruling(office.sites[0], Action.ALLOW), "senior")
    done = settle(office, ruling(office.sites[0], first))
    with office.desk.store.read() as tx:
        (waiting,) = proposals.open_proposals(tx)
    assert (done.proposal, waiting.why) == (waiting.id, ("overrules",))
    assert head(office, office.sites[0]) is Action.ALLOW


def test_nobody_shortens_alone_what_a_person_allowed(office: Office) -> None:
    settle(office, ruling(office.sites[0], Action.ALLOW, days=30), "senior")
    assert settle(office, ruling(office.sites[0], Action.ALLOW, days=7)).proposal is not None


def test_a_watch_between_does_not_make_a_block_against_an_allow_one_persons(
    office: Office,
) -> None:
    settle(office, ruling(office.sites[0], Action.ALLOW, days=1), "senior")
    office.clock.pass_by(days=2)
    assert settle(office, ruling(office.sites[0], Action.WATCH)).decision is not None
    office.clock.pass_by(minutes=1)
    assert settle(office, ruling(office.sites[0])).proposal is not None


@pytest.mark.parametrize("name", ["task000.rebate-0.example", "kobe.jp"])
def test_an_upheld_appeal_is_not_overruled_alone(office: Office, name: str) -> None:
    """Neither where it allowed the entry nor where it dismissed it, with a watch between or not."""
    site = Indicator(Kind.HOST, name)
    settle(office, ruling(site))
    office.clock.pass_by(minutes=1)
    with office.desk.store.write() as tx:
        who = Appellant("", "owner@shop.example", "")
        hand_in(tx, office.desk, name, "it is ours", who, language="en", now=office.clock.now)
        appeals.uphold(tx, office.desk, 1, "so it is", login="senior", now=office.clock.now)
    for action in (Action.WATCH, Action.BLOCK):
        office.clock.pass_by(minutes=1)
        done = settle(office, ruling(site, action), "colleague")
        if done.proposal is not None:
            with office.desk.store.write() as tx:
                acts.refuse(tx, done.proposal, login="colleague", now=office.clock.now)
    assert done.proposal is not None
    assert head(office, site) is not Action.BLOCK


def test_what_two_people_blocked_once_is_blocked_again_by_one(office: Office) -> None:
    settle(office, ruling(office.sites[0], Action.ALLOW))
    number = settle(office, ruling(office.sites[0])).proposal or 0
    with office.desk.store.write() as tx:
        acts.second(tx, office.desk, number, login="senior", now=office.clock.now)
    office.clock.pass_by(minutes=1)
    settle(office, ruling(office.sites[0], Action.WATCH))
    office.clock.pass_by(minutes=1)
    assert settle(office, ruling(office.sites[0])).decision is not None


@pytest.mark.parametrize("kind", [Kind.HOST, Kind.DOMAIN])
def test_an_allow_that_lifts_several_blocks_takes_two(office: Office, kind: Kind) -> None:
    """An allow of a host spares the lists all below it, as one of a domain does."""
    gang = Indicator(kind, "gang.example")
    below = (Indicator(Kind.HOST, "a.gang.example"), Indicator(Kind.DOMAIN, "b.gang.example"))
    beside = Indicator(Kind.HOST, "agang.example")
    for blocked in (gang, beside, below[0]):
        settle(office, ruling(blocked))
    assert settle(office, ruling(gang, Action.ALLOW)).decision is not None
    office.clock.pass_by(minutes=1)
    for blocked in below:
        settle(office, ruling(blocked))
    done = settle(office, ruling(gang, Action.ALLOW))
    with office.desk.store.read() as tx:
        (waiting,) = proposals.open_proposals(tx)
        assert (
            blast_of(
                tx, gang, subject=gang, protected=office.desk.protected, now=office.clock.now
            ).blocked
            == below
        )
    assert (done.proposal, waiting.why) == (waiting.id, ("frees-many",))


def test_the_reach_of_a_host_is_its_pages_and_of_a_domain_all_below_it(office: Office) -> None:
    keys = (
        "host:gang.example", "url:http://gang.example:8080/x", "host:a.gang.example",
        "url:https://a.gang.example/login", "host:a.gang.example.evil.example", "host:agang.example",
        "number:+861012345678", "host:192.0.2.7", "url:http://192.0.2.7/x",
    )  # fmt: skip
    with office.desk.store.write() as tx:
        open_subjects(tx, map(Indicator.from_key, keys), at=office.clock.now)

    def names(target: str) -> list[str]:
        it = Indicator.from_key(target)
        with office.desk.store.read() as tx:
            found = blast_of(
                tx, it, subject=it, protected=office.desk.protected, now=office.clock.now
            )
        return [str(name) for name in found.names]

    assert names("host:gang.example") == [keys[1]]
    assert names("domain:gang.example") == list(keys[:4])
    assert names("host:192.0.2.7") == [keys[8]]
    assert names("url:https://a.gang.example/login") == []


def test_a_settled_name_takes_two_as_a_domain_and_as_a_host_and_one_for_a_page(
    office: Office,
) -> None:
    office.clock.pass_by(days=365.25 * office.desk.policy.blast.settled_years + 60)
    page = Indicator(Kind.URL, f"https://{office.sites[0].value}/login")
    assert settle(office, ruling(office.sites[0], target=page)).decision is not None
    assert settle(office, ruling(office.sites[0])).proposal is not None
    whole = Indicator(Kind.DOMAIN, office.sites[1].value.split(".", 1)[1])
    assert settle(office, ruling(office.sites[1], target=whole)).proposal is not None


def test_the_age_of_a_platform_is_not_its_tenants(office: Office) -> None:
    tenant, at = Indicator(Kind.HOST, "shop.pages.dev"), office.clock.now
    old = Observation(tenant, "registration", {"registered": "2009-05-01"}, "crawl", at, at)
    with office.desk.store.write() as tx:
        add_observations(tx, [old])
    assert settle(office, ruling(tenant)).decision is not None


def test_a_proposal_does_not_overrule_what_was_decided_after_it(office: Office) -> None:
    add_names(office, office.desk.settings.desk.wide_subdomains)
    waiting = settle(office, ruling(office.sites[0], target=domain(office))).proposal
    assert waiting is not None
    office.clock.pass_by(minutes=1)
    settle(office, ruling(domain(office), Action.ALLOW), "colleague")
    with office.desk.store.write() as tx, pytest.raises(ConflictError, match="decided on after"):
        acts.second(tx, office.desk, waiting, login="senior", now=office.clock.now)
    assert head(office, domain(office)) is Action.ALLOW


def test_a_decision_that_waited_for_its_turn_is_not_overruled(office: Office) -> None:
    """It bears the time at which it was asked for, which is before the proposal's."""
    waiting = settle(office, ruling(office.sites[0], days=3650)).proposal
    assert waiting is not None
    office.clock.pass_by(seconds=-1)
    with office.desk.store.write() as tx:
        earlier = Decision(
            office.sites[0], Action.ALLOW, None, "x", "analyst:colleague", office.clock.now
        )
        add_decision(tx, earlier)
        with pytest.raises(ConflictError, match="decided on after"):
            acts.second(tx, office.desk, waiting, login="senior", now=office.clock.now)


def test_a_proposal_of_an_earlier_version_goes_by_the_clock(office: Office) -> None:
    numbers = [settle(office, ruling(site, days=3650)).proposal or 0 for site in office.sites[:2]]
    with office.desk.store.write() as tx:
        tx.execute(update(proposals.proposals).values(head=None))
        acts.second(tx, office.desk, numbers[0], login="senior", now=office.clock.now)
        later = office.clock.now + timedelta(seconds=1)
        add_decision(
            tx, Decision(office.sites[1], Action.ALLOW, None, "x", "analyst:colleague", later)
        )
        with pytest.raises(ConflictError, match="decided on after"):
            acts.second(tx, office.desk, numbers[1], login="senior", now=later)


def test_a_proposal_may_overrule_what_its_maker_saw(office: Office) -> None:
    settle(office, ruling(office.sites[0], Action.ALLOW), "colleague")
    waiting = settle(office, ruling(office.sites[0])).proposal
    assert waiting is not None
    office.clock.pass_by(minutes=1)
    with office.desk.store.write() as tx:
        acts.second(tx, office.desk, waiting, login="senior", now=office.clock.now)
    assert head(office, office.sites[0]) is Action.BLOCK


def test_a_refused_proposal_leaves_the_item_in_the_queue(office: Office) -> None:
    done = settle(office, ruling(office.sites[0], days=3650))
    with pytest.raises(ConflictError, match="waits for a second person"):
        settle(office, ruling(office.sites[0]))
    with office.desk.store.write() as tx:
        acts.refuse(tx, done.proposal or 0, login="senior", now=office.clock.now)
        item = reviews.item_of(tx, office.sites[0])
        assert item is not None
        assert item.closed_at is None
    assert settle(office, ruling(office.sites[0])).decision is not None


def settle_family(office: Office, desk: Desk, rulings: list[Ruling]) -> list[acts.Settled]:
    seen = {wanted.subject: "" for wanted in rulings}
    return acts.settle_many(desk, rulings, login="analyst", seen=seen, now=office.clock.now)


def test_a_family_is_settled_at_once_and_what_cannot_be_is_left(office: Office) -> None:
    rulings = [ruling(site) for site in office.sites[:5]]
    rulings.append(ruling(Indicator(Kind.NUMBER, "110")))
    done = settle_family(office, office.desk, rulings)
    assert [s.decision is not None for s in done] == [True] * 5 + [False]
    assert "can never be listed" in (done[-1].refused or "")


def test_a_large_family_takes_two(office: Office) -> None:
    many = office.desk.settings.desk.model_copy(update={"wide_batch": 5})
    desk: Desk = replace(
        office.desk, settings=office.desk.settings.model_copy(update={"desk": many})
    )
    done = settle_family(office, desk, [ruling(site) for site in office.sites[:5]])
    assert all(s.proposal is not None for s in done)


def test_a_family_leaves_what_was_decided_since_it_was_shown(office: Office) -> None:
    rulings = [ruling(site) for site in office.sites[:3]]
    settle(office, ruling(office.sites[1], Action.ALLOW), "colleague")
    first, second, third = settle_family(office, office.desk, rulings)
    assert (first.decision is not None, third.decision is not None) == (True, True)
    assert "somebody else decided meanwhile" in (second.refused or "")
    assert head(office, office.sites[1]) is Action.ALLOW


def test_a_family_leaves_what_was_not_shown(office: Office) -> None:
    shown = {office.sites[0]: ""}
    rulings = [ruling(site) for site in office.sites[:2]]
    done = acts.settle_many(office.desk, rulings, login="analyst", seen=shown, now=office.clock.now)
    assert [s.decision is not None for s in done] == [True, False]
    assert "not shown" in (done[1].refused or "")


def test_two_of_a_family_may_stand_on_one_target(office: Office) -> None:
    target = domain(office)
    rulings = [ruling(site, target=target) for site in office.sites[:2]]
    done = acts.settle_many(
        office.desk, rulings, login="analyst", seen={target: ""}, now=office.clock.now
    )
    assert all(s.decision is not None for s in done)


def test_taking_back_restores_what_was_and_the_item_waits_again(office: Office) -> None:
    site = office.sites[0]
    first = settle(office, ruling(site))
    office.clock.pass_by(minutes=1)
    second = settle(office, ruling(site, Action.ALLOW))
    office.clock.pass_by(minutes=1)
    with office.desk.store.write() as tx:
        assert second.decision is not None
        made = acts.undo(tx, office.desk, second.decision.id, login="analyst", now=office.clock.now)
    assert first.decision is not None
    assert made.action is Action.BLOCK
    assert made.supersedes == second.decision.id
    assert abs(made.expires_at - first.decision.expires_at) < timedelta(days=1)  # type: ignore[operator]
    with office.desk.store.read() as tx:
        item = reviews.item_of(tx, site)
        assert item is not None
        assert item.closed_at is None


def test_taking_back_a_first_decision_lists_nothing(office: Office) -> None:
    done = settle(office, ruling(office.sites[0]))
    with office.desk.store.write() as tx:
        assert done.decision is not None
        with pytest.raises(FanzhaError, match="one's own"):
            acts.undo(tx, office.desk, done.decision.id, login="senior", now=office.clock.now)
        acts.undo(tx, office.desk, done.decision.id, login="analyst", now=office.clock.now)
    assert head(office, office.sites[0]) is Action.WATCH


def test_an_answer_to_an_appeal_is_not_taken_back(office: Office) -> None:
    site = office.sites[0]
    settle(office, ruling(site))
    office.clock.pass_by(minutes=1)
    with office.desk.store.write() as tx:
        hand_in(
            tx,
            office.desk,
            site.value,
            "this is our shop",
            Appellant("", "owner@shop.example", ""),
            language="en",
            now=office.clock.now,
        )
        made = appeals.uphold(tx, office.desk, 1, "so it is", login="senior", now=office.clock.now)
        with pytest.raises(FanzhaError, match="answers an appeal"):
            acts.undo(tx, office.desk, made.id, login="senior", now=office.clock.now)
    assert head(office, site) is Action.ALLOW


def test_twenty_analysts_at_once_lose_no_decision(office: Office) -> None:
    """Each with an account of their own asks for the next item and settles it until none is left."""
    logins = [f"analyst{n}" for n in range(20)]
    crowd = [Indicator(Kind.HOST, f"c{n}.example") for n in range(200)]
    now = office.clock.now
    with office.desk.store.write() as tx:
        for login in logins:
            make_account(
                tx, login, Role.ANALYST, "not a hash", keys=office.desk.keys, actor="setup", now=now
            )
        reviews.open_items(
            tx, [reviews.ReviewItem(i, i, None, why("not-sure"), 1.0, now) for i in crowd]
        )
        total = reviews.count_waiting(tx)
    failures: list[str] = []
    settled: list[tuple[str, str]] = []

    def work(login: str) -> None:
        client = office.client(login)
        csrf = office.csrf(client)
        for _ in range(total + 1):
            where = client.get("/next").headers["location"]
            if where.startswith("/queue"):
                return
            subject = parse_qs(urlsplit(where).query)["subject"][0]
            form = {"csrf": csrf, "subject": subject, "action": "block", "reason": "fraud"}
            answer = client.post("/item/decide", data={**form, "target": subject})
            if answer.status_code == 303:
                settled.append((login, subject))
            else:
                failures.append(f"{answer.status_code} {answer.text[:500]}")

    threads = [threading.Thread(target=work, args=(login,)) for login in logins]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with office.desk.store.read() as tx:
        assert reviews.count_waiting(tx) == 0
        assert len(settled) == len({subject for _, subject in settled}) == last_seq(tx) == total
        assert len({login for login, _ in settled}) > 1
        assert audit.verify(tx).whole
