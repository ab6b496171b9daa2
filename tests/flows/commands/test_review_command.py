"""`fanzha review`: the queue on the command line, with the rules of the desk."""

import getpass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli import app
from pipeline.errors import FanzhaError
from pipeline.indicators import parse
from pipeline.nouns import Action, Indicator, Kind
from pipeline.store import open_store
from pipeline.store.accounts import Account, add_account, change_account
from pipeline.store.audit import walk
from pipeline.store.decisions import changed_since, head_of
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


def decided(home: Path, *words: str) -> tuple[BaseException | None, list[Indicator]]:
    """What a ruling on the command line ends with, and what then stands decided."""
    command = ["review", "decide", *words, "--reason", "fraud", "--as", "li"]
    done = CliRunner().invoke(app, command)
    store = open_store(f"sqlite:///{home / 'fanzha.db'}")
    with store.read() as tx:
        made = [decision.indicator for decision in changed_since(tx, 0)]
    store.close()
    return done.exception, made


@pytest.mark.parametrize(
    ("words", "decided_on"),
    [
        (["evil-abc.com", "block", "--scope", "http://evil-abc.com/x", "--whole-domain"],
         Indicator(Kind.DOMAIN, "evil-abc.com")),
        (["rebate.example", "block", "--whole-domain"], Indicator(Kind.DOMAIN, "rebate.example")),
        (["url:http://evil-abc.com/x", "block"], Indicator(Kind.URL, "http://evil-abc.com/x")),
        (["Evil-Abc.COM", "allow"], Indicator(Kind.HOST, "evil-abc.com")),
    ],
)  # fmt: skip
def test_a_scope_is_read_as_any_text_is(
    home: Path, words: list[str], decided_on: Indicator
) -> None:
    assert decided(home, *words) == (None, [decided_on])


@pytest.mark.parametrize(
    "words",
    [
        ["host:BAIDU.COM", "block"],
        ["domain:qq.com.", "block"],
        ["host:Evil-Abc.COM", "allow"],
        ["url:foo", "block"],
        ["url:http://evil-abc.com", "block"],
        ["domain:192.0.2.7", "block"],
        ["192.0.2.7", "block", "--whole-domain"],
        ["13800138000", "block", "--whole-domain"],
        ["rebate.example", "block", "--scope", "http://github.io/x", "--whole-domain"],
    ],
)
def test_a_key_that_is_not_canonical_and_a_scope_that_cannot_be_decide_nothing(
    home: Path, words: list[str]
) -> None:
    error, made = decided(home, *words)
    assert isinstance(error, FanzhaError)
    assert made == []


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


def test_an_address_with_markup_and_escapes_in_it_is_listed_as_it_is(home: Path) -> None:
    page = parse("http://x.example/[/b]/pay")
    said = why("no-machine", error="ValueError: [/i] \x1b[2J\u202e")
    store = open_store(f"sqlite:///{home / 'fanzha.db'}")
    with store.write() as tx:
        open_items(tx, [ReviewItem(page, page, None, said, 2.0, datetime(2026, 3, 1, tzinfo=UTC))])
    store.close()
    for command in (["list"], ["show", page.value]):
        done = CliRunner().invoke(app, ["review", *command], env={"COLUMNS": "300"})
        assert done.exit_code == 0, done.exception
        assert "hxxp://x[.]example/[/b]/pay" in done.output
        assert "[/i] ⟨001B⟩[2J⟨202E⟩" in done.output
