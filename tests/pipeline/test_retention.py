"""Old evidence goes; what a decision or an appeal rests on stays, whole."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from examples.range import Running
from flows.commands.evidence import app
from pipeline.artifacts import ArtifactStore
from pipeline.categories import Category
from pipeline.nouns import Action, Decision, Indicator, Kind
from pipeline.retention import held_indicators, is_held, prune
from pipeline.settings import Settings
from pipeline.store import Store, open_store
from pipeline.store.decisions import add_decision
from pipeline.store.observations import add_observations
from spiders.crawl import crawl_batch
from tests.spiders.conftest import NOW, host

KEPT, GONE = host("two-faced.example"), host("plain.example")
LATER = NOW + timedelta(days=800)


@pytest.fixture
def home(internet: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home after one crawl of two sites, one of which is then blocked until long after."""
    settings = Settings(home=tmp_path, crawl=internet.crawl())
    store = ArtifactStore(settings.artifacts_url)
    seen = crawl_batch([KEPT, GONE], settings=settings, artifacts=store, now=NOW)
    opened = open_store(settings.database_url)
    block = Decision(
        Indicator(Kind.DOMAIN, KEPT.value), Action.BLOCK, Category.TASK_REBATE, "fraud",
        "analyst:li", NOW, expires_at=LATER + timedelta(days=1),
    )  # fmt: skip
    with opened.write() as tx:
        add_observations(tx, seen)
        add_decision(tx, block)
    opened.close()
    monkeypatch.setenv("FANZHA_HOME", str(tmp_path))
    monkeypatch.setenv("FANZHA_CLOCK", LATER.isoformat())
    return tmp_path


@pytest.fixture
def records(home: Path) -> Iterator[Store]:
    opened = open_store(Settings(home=home).database_url)
    yield opened
    opened.close()


def test_what_lies_under_a_blocked_domain_is_held(records: Store) -> None:
    with records.read() as connection:
        held = held_indicators(connection, at=LATER)
        after = held_indicators(connection, at=LATER + timedelta(days=2))
    assert is_held(KEPT, held)
    assert is_held(Indicator(Kind.URL, f"http://www.{KEPT.value}/x"), held)
    assert not is_held(GONE, held)
    assert not is_held(host(f"not-{KEPT.value}"), held)
    assert after == set()


def test_old_visits_go_and_held_ones_stay_whole(home: Path, records: Store) -> None:
    store = ArtifactStore(str(home / "artifacts"))
    with records.read() as connection:
        held = held_indicators(connection, at=LATER)
    young = prune(store, held, keep=timedelta(days=1000), at=LATER)
    assert (young.removed, young.held) == (0, 0)
    done = prune(store, held, keep=timedelta(days=730), at=LATER)
    assert (done.removed, done.held) == (1, 1)
    assert store.visits_to(GONE) == []
    (visit,) = store.visits_to(KEPT)
    for record in visit["records"]:
        if record["sha256"]:
            store.get(record["sha256"])  # raises where a hash does not hold
    assert prune(store, held, keep=timedelta(days=730), at=LATER).removed == 0
    assert prune(store, set(), keep=timedelta(days=730), at=LATER).removed == 1
    assert store.bundles() == []


def test_the_commands(home: Path, tmp_path: Path) -> None:
    runner = CliRunner()
    shown = runner.invoke(app, ["show", "hxxp://two-faced[.]example"])
    assert shown.exit_code == 0, shown.output
    shown = runner.invoke(app, ["show", "two-faced.example"])
    assert "会员任务大厅" in shown.output
    # Of the domain above the host that was asked for.
    assert "block  domain:two-faced.example  analyst:li" in shown.output
    target = tmp_path / "case.zip"
    exported = runner.invoke(app, ["export", "two-faced.example", "--out", str(target)])
    assert exported.exit_code == 0, exported.output
    assert target.exists()
    pruned = runner.invoke(app, ["prune"])
    assert "1 visits removed, 1 old ones stay" in pruned.output
    unknown = runner.invoke(app, ["export", "never-crawled.example"])
    assert "nothing is known" in str(unknown.exception)
