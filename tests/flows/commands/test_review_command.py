"""`fanzha review`: the queue on the command line, with the rules of the desk."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli import app
from pipeline.nouns import Action, Indicator, Kind
from pipeline.store import open_store
from pipeline.store.decisions import head_of
from pipeline.store.reviews import ReviewItem, count_waiting, open_items
from pipeline.whys import why

HOST = Indicator(Kind.HOST, "rebate.example")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FANZHA_HOME", str(tmp_path))
    store = open_store(f"sqlite:///{tmp_path / 'fanzha.db'}")
    item = ReviewItem(HOST, HOST, None, why("not-sure"), 1.0, datetime(2026, 3, 1, tzinfo=UTC))
    with store.write() as tx:
        open_items(tx, [item])
    store.close()
    return tmp_path


def test_an_item_is_listed_shown_and_settled(home: Path) -> None:
    run = CliRunner().invoke
    assert "rebate[.]example" in run(app, ["review", "list"]).output
    assert "not sure" in run(app, ["review", "show", "rebate.example"]).output
    done = run(
        app,
        ["review", "decide", "rebate.example", "block", "--reason", "asks for deposits"],
    )
    assert done.exit_code == 0, done.output
    store = open_store(f"sqlite:///{home / 'fanzha.db'}")
    with store.read() as tx:
        assert count_waiting(tx) == 0
        head = head_of(tx, HOST)
    store.close()
    assert head is not None
    assert head.action is Action.BLOCK
    assert head.actor.startswith("analyst:")
