"""`fanzha review`: the queue on the command line, with the rules of the desk."""

import getpass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli import app
from pipeline.errors import FanzhaError
from pipeline.nouns import Action, Indicator, Kind
from pipeline.store import open_store
from pipeline.store.accounts import Account, add_account, change_account
from pipeline.store.audit import walk
from pipeline.store.decisions import head_of
from pipeline.store.reviews import ReviewItem, count_waiting, open_items
from pipeline.whys import why

HOST = Indicator(Kind.HOST, "rebate.example")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FANZHA_HOME", str(tmp_path))
    store = open_store(f"sqlite:///{tmp_path / 'fanzha.db'}")
    item = ReviewItem(HOST, HOST, None, why("not-sure"), 1.0, datetime(2026, 3, 1, tzinfo=UTC))
    at = item.opened_at
    with store.write() as tx:
        open_items(tx, [item])
        for login, role in (("li", "analyst"), ("wang", "admin"), ("zhao", "senior")):
            add_account(tx, Account(login, role, "", b"", 0, "en", at))
        change_account(tx, "zhao", closed_at=at)
    store.close()
    return tmp_path


def test_an_item_is_listed_shown_and_settled(home: Path) -> None:
    run = CliRunner().invoke
    assert "rebate[.]example" in run(app, ["review", "list"]).output
    assert "not sure" in run(app, ["review", "show", "rebate.example"]).output
    decide = ["review", "decide", "rebate.example", "block", "--reason", "asks for deposits"]
    done = run(app, [*decide, "--as", "li"])
    assert done.exit_code == 0, done.output
    store = open_store(f"sqlite:///{home / 'fanzha.db'}")
    with store.read() as tx:
        assert count_waiting(tx) == 0
        head = head_of(tx, HOST)
        (record,) = [one for one in walk(tx) if one.act == "decide"]
    store.close()
    assert head is not None
    assert head.action is Action.BLOCK
    assert head.actor == "analyst:li"
    assert record.detail["operator"] == getpass.getuser()


@pytest.mark.parametrize(
    ("login", "said"),
    [("nobody", "no open account 'nobody'"), ("li+wang", "no open account"),
     ("wang", "wang is admin"), ("zhao", "no open account 'zhao'")],
)  # fmt: skip
def test_only_an_open_account_that_may_decides(home: Path, login: str, said: str) -> None:
    decide = ["review", "decide", "rebate.example", "block", "--reason", "fraud", "--as", login]
    done = CliRunner().invoke(app, decide)
    assert isinstance(done.exception, FanzhaError)
    assert said in str(done.exception)
    store = open_store(f"sqlite:///{home / 'fanzha.db'}")
    with store.read() as tx:
        assert head_of(tx, HOST) is None
    store.close()
