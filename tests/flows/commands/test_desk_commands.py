"""The commands of the desk, as an operator types them."""

import getpass
import re
from datetime import timedelta
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from blocklists.server.ledger import Ledger
from flows.commands import appeals, desk, users
from pipeline.errors import FanzhaError
from pipeline.nouns import Action, Indicator, Kind, Receipt
from pipeline.policy import load_policy
from pipeline.protected import load
from pipeline.review.decide import Ruling, decide
from pipeline.review.desk import open_desk
from pipeline.review.handing_in import hand_in
from pipeline.review.identity import Appellant
from pipeline.settings import Settings
from pipeline.store import open_store
from pipeline.store.accounts import Account, add_account
from pipeline.store.audit import walk

SITE = Indicator(Kind.HOST, "rebate.example")
GROUPS = {"user": users.app, "audit": desk.audit, "appeals": appeals.app, "labels": desk.labels}
PASSWORD = "willow lantern ferry\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FANZHA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "160")
    return tmp_path / "home"


def run(*words: str, given: str = "") -> Result:
    whole = typer.Typer()
    for name, group in GROUPS.items():
        whole.add_typer(group, name=name)
    return CliRunner().invoke(whole, list(words), input=given)


def test_an_account_is_made_listed_changed_and_closed(home: Path) -> None:
    made = run("user", "add", "li", "--role", "analyst", given=PASSWORD)
    assert made.exit_code == 0, made.output
    assert re.search(r"^[A-Z2-7]{32}$", made.output, re.M)
    assert run("user", "role", "li", "senior").exit_code == 0
    renewed = run("user", "invite", "li")
    assert re.search(r"^[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}$", renewed.output, re.M)
    assert run("user", "invite", "wang", "--role", "admin").exit_code == 0
    told = run("user", "list").output
    assert re.search(r"^\s*li\s+senior .*in use", told, re.M)
    assert re.search(r"^\s*wang\s+admin .*invited", told, re.M)
    assert run("user", "close", "li").exit_code == 0
    assert "closed" in run("user", "list").output
    checked = run("audit", "verify")
    assert "6 records, whole" in checked.output


def test_what_cannot_be_is_said(home: Path) -> None:
    weak = run("user", "add", "li", "--role", "analyst", given="short\n")
    assert isinstance(weak.exception, FanzhaError)
    nobody = run("user", "close", "nobody")
    assert "no open account 'nobody'" in str(nobody.exception)
    unknown = run("audit", "verify", "--expect", "f" * 64)
    assert "does not hold the hash" in str(unknown.exception)


def listed(home: Path) -> None:
    """A listed site, and an appeal against it."""
    settings = Settings(home=home)
    store = open_store(settings.database_url)
    policy, protected = load_policy(), load(settings)
    made = open_desk(store, settings, policy, protected)
    with store.write() as tx:
        for login, role in (("li", "senior"), ("wang", "senior"), ("chen", "analyst")):
            add_account(tx, Account(login, role, "", b"", 0, "en", settings.now()))
        ruling = Ruling(SITE, Action.BLOCK, "promises rebates", target=SITE)
        decide(
            tx, ruling, actor="analyst:li", policy=policy, protected=protected, now=settings.now()
        )
        who = Appellant("", "me@shop.example", "")
        hand_in(tx, made, SITE.value, "it is mine", who, language="en", now=settings.now())
    store.close()


def test_an_appeal_is_shown_and_answered(home: Path) -> None:
    listed(home)
    assert "rebate[.]example" in run("appeals", "list").output
    shown = run("appeals", "show", "1").output
    assert "it is mine" in shown
    assert "me@shop.example" not in shown
    own = run("appeals", "uphold", "1", "--answer", "fine", "--as", "li")
    assert "another than the one who decided" in str(own.exception)
    for login, said in (("nobody", "no open account 'nobody'"), ("chen", "chen is analyst")):
        for act in ("uphold", "reject"):
            refused = run("appeals", act, "1", "--answer", "fine", "--as", login)
            assert said in str(refused.exception)
    done = run("appeals", "uphold", "1", "--answer", "fine", "--as", "wang")
    assert "allowed host:rebate.example" in done.output
    assert "rebate" not in run("appeals", "list").output
    assert "upheld" in run("appeals", "list", "--all").output
    again = run("appeals", "reject", "1", "--answer", "no", "--as", "wang")
    assert isinstance(again.exception, FanzhaError)
    store = open_store(Settings(home=home).database_url)
    with store.read() as tx:
        (record,) = [one for one in walk(tx) if one.act == "appeal.upheld"]
    store.close()
    assert (record.actor, record.detail["operator"]) == ("wang", getpass.getuser())


def test_the_public_half_of_the_appeals_pair_is_shown(home: Path) -> None:
    path = Path(run("appeals", "key").output.strip())
    assert path == home / "keys" / "appeals.pub"
    assert re.fullmatch(r"[0-9a-f]{64}\n", path.read_text())


def test_who_appealed_is_forgotten_when_its_time_has_come(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed(home)
    run("appeals", "reject", "1", "--answer", "no", "--as", "wang")
    assert "0 appeals" in run("appeals", "forget").output
    later = Settings(home=home).now() + timedelta(days=181)
    monkeypatch.setenv("FANZHA_CLOCK", later.isoformat())
    assert "1 appeals" in run("appeals", "forget").output
    assert "it is mine" not in run("appeals", "show", "1").output


def test_labels_are_written_with_their_origin(home: Path, tmp_path: Path) -> None:
    listed(home)
    assert run("labels", "export", str(tmp_path / "labels.csv")).exit_code == 0
    header, row = (tmp_path / "labels.csv").read_text("utf-8").splitlines()
    assert header == "url,label,category,decided_at,source"
    assert row.startswith("rebate.example,1,other,")
    assert run("labels", "export", "-").output.startswith(header)


def test_only_receipts_for_what_we_published_count_as_enforcement(home: Path) -> None:
    settings = Settings(home=home)
    settings.downloads_dir.mkdir(parents=True)
    ledger = Ledger(settings.downloads_dir / "ledger.db")
    now = settings.now()
    for consumer, ours in (("north", True), ("forged", False), ("unknown", None)):
        ledger.receive(Receipt(consumer, 1, "f" * 64, 4, now), now=now, ours=ours)
    ledger.close()
    with desk.opened_desk() as opened:
        assert [receipt.consumer for receipt in opened.receipts()] == ["north"]


def test_every_command_explains_itself_by_example() -> None:
    for group in GROUPS.values():
        for command in group.registered_commands:
            assert command.callback is not None
            assert "fanzha" in (command.callback.__doc__ or "")
