"""A database restored from an older copy: carriers are led on from what they have."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from blocklists.adoption import unknown_releases
from pipeline.errors import FanzhaError
from pipeline.review.approving import adopt_releases
from pipeline.review.rights import Role
from pipeline.store import audit
from pipeline.store.accounts import Account, add_account
from tests.blocklists.decided import NOW, block
from tests.blocklists.office import Office


@pytest.fixture
def restored(tmp_path: Path) -> Office:
    """Two releases after the copy of the database was made; then only the copy is left."""
    office = Office(tmp_path)
    with office.store.write() as tx:
        add_account(tx, Account("wang", Role.SENIOR.value, "", b"", 0, "zh", NOW))
        add_account(tx, Account("lin", Role.ANALYST.value, "", b"", 0, "zh", NOW))
    office.decide(block("domain:kept.example"))
    office.publish()
    office.store.close()
    database, copy = tmp_path / "fanzha.db", tmp_path / "copy.db"
    shutil.copy(database, copy)
    office = Office(tmp_path)
    for n in (1, 2):
        office.decide(block(f"domain:lost{n}.example"))
        office.publish(NOW + timedelta(minutes=n))
    office.store.close()
    copy.replace(database)
    return Office(tmp_path)


def adopt(office: Office, login: str, reason: str = "disk lost") -> None:
    with office.store.write() as tx:
        found = unknown_releases(tx, office.settings)
        adopt_releases(
            tx, found, login=login, reason=reason, operator="root", now=NOW + timedelta(hours=1)
        )


def test_no_serial_is_given_twice(restored: Office) -> None:
    restored.decide(block("domain:new.example"))
    with pytest.raises(FanzhaError, match="go on from here by `fanzha release adopt`"):
        restored.publish(NOW + timedelta(hours=1))


def test_the_next_release_follows_what_carriers_have(restored: Office) -> None:
    adopt(restored, "wang")
    restored.decide(block("domain:new.example"))
    after = restored.publish(NOW + timedelta(hours=1)).release

    assert after.serial == 4
    assert [c.serial for c in restored.walk()] == [1, 2, 3, 4]
    assert restored.read("domains.txt") == "kept.example\nnew.example\n"
    assert "-lost1.example\n" in restored.read("domains.txt.delta")
    with restored.store.read() as tx:
        (entry,) = [r for r in audit.walk(tx) if r.act == "release.adopt"]
    assert (entry.actor, entry.subject, entry.detail["reason"]) == (
        "wang",
        "release 3",
        "disk lost",
    )


def test_a_release_begun_before_the_copy_is_forgotten(restored: Office) -> None:
    restored.decide(block("domain:new.example"))
    with pytest.raises(FanzhaError):
        restored.publish(NOW + timedelta(hours=1))
    adopt(restored, "wang")
    assert restored.publish(NOW + timedelta(hours=1)).release.serial == 4


def test_a_senior_answers_for_it_with_a_reason(restored: Office) -> None:
    with pytest.raises(FanzhaError, match="lin is analyst"):
        adopt(restored, "lin")
    with pytest.raises(FanzhaError, match="no open account 'chen'"):
        adopt(restored, "chen")
    with pytest.raises(FanzhaError, match="give one by --reason"):
        adopt(restored, "wang", " ")


def test_what_does_not_follow_is_not_adopted(restored: Office) -> None:
    shutil.rmtree(restored.settings.releases_dir / "2")
    with pytest.raises(FanzhaError, match="release 3: it follows"):
        adopt(restored, "wang")
    shutil.rmtree(restored.settings.releases_dir / "3")
    with pytest.raises(FanzhaError, match="there is nothing to adopt"):
        adopt(restored, "wang")
