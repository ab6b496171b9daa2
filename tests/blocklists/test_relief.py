"""While a release waits for a person: un-blocks go out all the same, and nothing else does."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from blocklists.ceilings import HeldError
from pipeline.errors import FanzhaError
from pipeline.nouns import Relieves
from pipeline.review.approving import approve_release
from pipeline.review.rights import Role
from pipeline.store import audit, releases
from pipeline.store.accounts import Account, add_account
from pipeline.store.approvals import Approval
from pipeline.store.problems import open_problems
from tests.blocklists.decided import NOW, allow, block
from tests.blocklists.office import Office

MANY = [block(f"domain:many{n}.example") for n in range(6)]


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path, max_added=5, max_removed=3, max_expired=4, base_hours=48)
    made.decide(
        *(block(f"domain:n{n}.example", days=None) for n in range(6)),
        *(block(f"domain:n{n}.below.example", days=None) for n in range(4)),
        block("host:evil.example", days=None),
        block("number:+8613800000001", days=None),
    )
    made.publish()
    yield made
    made.store.close()


@pytest.fixture
def senior(office: Office) -> str:
    with office.store.write() as tx:
        for login, role in (("wang", Role.SENIOR), ("lin", Role.ANALYST)):
            add_account(tx, Account(login, role.value, "", b"", 0, "zh", NOW))
    return "wang"


def held_number(office: Office) -> int:
    with office.store.read() as tx:
        (problem,) = [p for p in open_problems(tx) if p.rule == "held"]
    return int(problem.en.removeprefix("hold ").partition(",")[0])


def approve(office: Office, number: int, login: str, at: timedelta) -> Approval:
    with office.store.write() as tx:
        return approve_release(
            tx, number, login=login, reason="an operation", operator="root", now=NOW + at
        )


def test_an_un_block_is_in_hot_at_once_and_the_held_blocks_are_not(office: Office) -> None:
    office.decide(*MANY)
    office.lift("host:evil.example")
    with pytest.raises(HeldError, match=r"release: held 1, since 6 blocks .* release 2 went out"):
        office.publish(NOW + minutes(1))

    hot = office.read("hot.zone")
    assert "evil.example CNAME rpz-passthru." in hot
    assert "many" not in hot
    assert "many" not in office.read("entries.jsonl")
    assert "evil.example" not in office.read("hosts.txt")
    (row,) = [line for line in office.read("list.csv").splitlines() if '"evil.example"' in line]
    assert row.endswith("2026-11-21T12:00:00Z,")  # its tombstone
    assert office.index()["relief"] == {
        "cut": 19, "as_of": (NOW + minutes(1)).isoformat(), "of": "all",
    }  # fmt: skip
    assert [c.serial for c in office.walk()] == [1, 2]


def test_the_next_un_block_makes_the_next_relief_and_nothing_new_makes_none(
    office: Office,
) -> None:
    office.decide(*MANY)
    with pytest.raises(HeldError, match="release 1 stays, and no un-block waits"):
        office.publish(NOW + minutes(1))
    for n, key in enumerate(("domain:n0.example", "number:+8613800000001", "domain:n1.example"), 2):
        office.lift(key)
        with pytest.raises(HeldError, match=f"release {n} went out"):
            office.publish(NOW + minutes(n))
    # Each release lets go three at most, and these went out one by one: a fourth may go too.
    office.lift("domain:n2.example")
    with pytest.raises(HeldError, match="release 5 went out"):
        office.publish(NOW + minutes(9))
    assert office.listed() == {
        *(f"n{n}.example" for n in range(3, 6)), *(f"n{n}.below.example" for n in range(4)),
        "evil.example",
    }  # fmt: skip


def test_a_block_renewed_while_others_are_held_does_not_run_out(office: Office) -> None:
    office.decide(block("host:short.example", days=1))
    office.publish(NOW + minutes(1))
    office.decide(*MANY)
    office.renew("host:short.example", days=9)
    office.lift("domain:n0.example")
    with pytest.raises(HeldError, match="release 3 went out"):
        office.publish(NOW + timedelta(days=2))
    assert "short.example" in office.listed()


def test_the_end_of_an_allow_waits_with_the_new_blocks(office: Office) -> None:
    office.decide(allow("domain:n0.example"), allow("domain:n1.example"))
    office.publish(NOW + minutes(1))
    office.decide(*MANY)
    office.lift("domain:n0.example")
    office.lift("host:evil.example")
    with pytest.raises(HeldError):
        office.publish(NOW + minutes(2))
    assert "n0.example" not in office.listed()


def test_a_persons_un_block_goes_out_where_the_policy_lifts_too_many(office: Office) -> None:
    for n in range(4):
        office.lift(f"domain:n{n}.example", actor="policy:sites@2")
    office.lift("number:+8613800000001")
    with pytest.raises(HeldError, match=r"5 blocks were lifted, over release.max_removed of 3"):
        office.publish(NOW + minutes(1))
    assert office.index()["relief"]["of"] == Relieves.PEOPLE
    assert {f"n{n}.example" for n in range(4)} < office.listed()
    assert "+8613800000001" not in office.listed()
    tombstones = [line for line in office.read("list.csv").splitlines() if line.endswith("Z,")]
    assert [line.split(",")[1] for line in tombstones] == ['"+8613800000001"']


def test_an_allow_that_covers_many_does_not_hold_up_other_un_blocks(office: Office) -> None:
    office.decide(allow("domain:below.example"))
    office.lift("domain:n0.example")
    with pytest.raises(HeldError, match="decisions explain 1 of them"):
        office.publish(NOW + minutes(1))
    assert office.index()["relief"]["of"] == Relieves.EXACT
    assert "n0.example" not in office.listed()
    assert "n0.below.example" in office.listed()


def test_who_lifts_too_many_does_not_hold_up_the_un_blocks_of_others(office: Office) -> None:
    for n in range(4):
        office.lift(f"domain:n{n}.example", actor="analyst:lin")
    office.lift("domain:n4.example", actor="analyst:wang")
    with pytest.raises(HeldError, match=r"5 blocks were lifted, over release.max_removed of 3"):
        office.publish(NOW + minutes(1))
    assert office.index()["relief"]["of"] == Relieves.APART
    assert "n4.example" not in office.listed()
    assert {f"n{n}.example" for n in range(4)} < office.listed()


def test_what_went_out_once_stays_out_however_much_is_held_later(office: Office) -> None:
    office.decide(*MANY)
    office.lift("host:evil.example", actor="policy:sites@2")
    office.decide(allow("domain:n0.below.example"))
    with pytest.raises(HeldError, match="release 2 went out"):
        office.publish(NOW + minutes(1))
    assert office.index()["relief"]["of"] == Relieves.ALL
    # Then the policy lifts too many, and only what people lift goes out.
    for n in range(4):
        office.lift(f"domain:n{n}.example", actor="policy:sites@2")
    office.lift("number:+8613800000001")
    with pytest.raises(HeldError, match="release 3 went out"):
        office.publish(NOW + minutes(2))
    assert office.index()["relief"]["of"] == Relieves.PEOPLE
    gone = {"evil.example", "n0.below.example", "+8613800000001"}
    assert not gone & office.listed()
    # At last people do too, and nothing goes out any more; and nothing comes back.
    for name in ("n4.example", "n5.example", "n1.below.example", "n2.below.example"):
        office.lift(f"domain:{name}", actor="analyst:lin")
        office.lift("domain:n3.below.example", actor="analyst:wang")
    for n in range(3):
        office.lift(f"domain:n{n}.example", actor="analyst:wang")
    with pytest.raises(HeldError, match="release 4 went out"):
        office.publish(NOW + timedelta(hours=12, minutes=2))
    assert office.index()["relief"]["of"] == Relieves.NOTHING
    assert not gone & office.listed()
    assert "n0.example" in office.listed()


def test_what_stands_is_published_again_before_it_expires_however_much_is_held(
    office: Office,
) -> None:
    for n in range(4):
        office.lift(f"domain:n{n}.example", actor="analyst:lin")
        office.lift(f"domain:n{n}.below.example", actor="analyst:wang")
    before = office.listed()
    with pytest.raises(HeldError, match="release 1 stays"):
        office.publish(NOW + minutes(1))
    with pytest.raises(HeldError, match="release 2 went out"):
        office.publish(NOW + timedelta(hours=12))
    assert office.index()["relief"]["of"] == Relieves.NOTHING
    assert office.listed() == before


def test_what_expires_together_is_held_and_un_blocks_are_not(
    tmp_path: Path, office: Office, senior: str
) -> None:
    for n in range(5):
        office.renew(f"domain:n{n}.example", days=1)
    office.publish(NOW + minutes(1))
    later = timedelta(days=2)
    office.lift("host:evil.example")
    with pytest.raises(HeldError, match=r"5 blocks expired, over release.max_expired of 4"):
        office.publish(NOW + later)
    assert "n0.example" in office.listed()
    assert "evil.example" not in office.listed()
    approve(office, held_number(office), senior, later)
    office.publish(NOW + later + minutes(1))
    assert "n0.example" not in office.listed()


def test_an_approval_lets_out_what_the_person_saw_and_nothing_that_came_since(
    office: Office, senior: str
) -> None:
    office.decide(*MANY)
    with pytest.raises(HeldError):
        office.publish(NOW + minutes(1))
    number = held_number(office)
    # More comes before the person has decided, and again too many at once.
    office.decide(*(block(f"domain:late{n}.example") for n in range(6)))
    with pytest.raises(HeldError, match="held 2, since 12 blocks are new"):
        office.publish(NOW + minutes(2))
    approve(office, number, senior, minutes(3))
    with pytest.raises(HeldError, match=r"held 3, since 6 blocks are new.*release 2 went out"):
        office.publish(NOW + minutes(4))
    assert {f"many{n}.example" for n in range(6)} < office.listed()
    assert not any(name.startswith("late") for name in office.listed())

    # An approval serves once: the same hold again needs another.
    with office.store.read() as tx:
        assert releases.last_approval_used(tx) == 1
    approve(office, held_number(office), senior, minutes(5))
    assert office.publish(NOW + minutes(6)).release.serial == 3
    assert "late0.example" in office.listed()
    with office.store.read() as tx:
        assert open_problems(tx) == []


def test_an_approval_lets_no_wide_allow_through_that_came_after_it(
    office: Office, senior: str
) -> None:
    office.decide(*MANY)
    with pytest.raises(HeldError):
        office.publish(NOW + minutes(1))
    approve(office, held_number(office), senior, minutes(2))
    office.decide(allow("domain:below.example"))
    office.lift("host:evil.example")
    with pytest.raises(HeldError, match=r"decisions explain 1 of them.*release 2 went out"):
        office.publish(NOW + minutes(3))
    assert {"many0.example", "n0.below.example"} < office.listed()
    assert "evil.example" not in office.listed()


def test_an_approval_is_by_a_senior_and_in_the_audit_log(office: Office, senior: str) -> None:
    office.decide(*MANY)
    with pytest.raises(HeldError):
        office.publish(NOW + minutes(1))
    number = held_number(office)
    with pytest.raises(FanzhaError, match="there is no hold 99"):
        approve(office, 99, senior, minutes(2))
    with pytest.raises(FanzhaError, match="no open account 'nobody'"):
        approve(office, number, "nobody", minutes(2))
    with pytest.raises(FanzhaError, match="lin is analyst"):
        approve(office, number, "lin", minutes(2))
    approve(office, number, senior, minutes(2))
    with office.store.read() as tx:
        last = list(audit.walk(tx))[-1]
    assert (last.actor, last.act, last.subject) == ("wang", "release.approve", f"hold {number}")
    assert last.detail["operator"] == "root"
    assert "6 blocks are new" in last.detail["held"]


def test_an_approval_of_one_shrinking_is_none_of_the_next(office: Office, senior: str) -> None:
    office.decide(allow("domain:below.example"))
    with pytest.raises(HeldError):
        office.publish(NOW + minutes(1))
    approve(office, held_number(office), senior, minutes(2))
    office.publish(NOW + minutes(3))
    assert "n0.below.example" not in office.listed()
    # Nothing is decided anew, and again many would go: somebody has protected them.
    names = tuple(f"n{n}.example" for n in range(6))
    office.settings = office.settings.model_copy(
        update={"protected": office.settings.protected.model_copy(update={"names": names})}
    )
    with pytest.raises(HeldError, match="a protected list or an ALLOW covers many"):
        office.publish(NOW + minutes(4))


def test_a_list_that_shrinks_slowly_is_a_problem_that_is_seen(office: Office) -> None:
    for n in range(3):
        office.lift(f"domain:n{n}.example")
    office.publish(NOW + minutes(1))
    with office.store.read() as tx:
        (problem,) = open_problems(tx)
    assert (problem.subject, problem.rule) == ("release", "shrunk")
    assert "9 entries are listed, of 12 at most within seven days" in problem.en
    # A week later that is what it is.
    office.publish(NOW + timedelta(days=8))
    with office.store.read() as tx:
        assert open_problems(tx) == []


def test_a_killed_relief_is_built_again_with_the_same_basis(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.decide(*MANY)
    office.lift("host:evil.example")

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(releases, "finish", die)
        with pytest.raises(KeyboardInterrupt):
            office.publish(NOW + minutes(1))
    # What was decided meanwhile is none of this release's.
    office.lift("domain:n0.example")
    done = office.publish(NOW + minutes(2)).release
    assert (done.serial, done.cut) == (2, 12)
    assert done.relief is not None
    assert (done.relief.cut, done.relief.of) == (19, Relieves.ALL)
    assert "n0.example" in office.listed()
    with pytest.raises(HeldError, match="release 3 went out"):
        office.publish(NOW + minutes(3))
    assert "n0.example" not in office.listed()
