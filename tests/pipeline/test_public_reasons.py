"""What the public may know of why a block was decided."""

from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import insert, text

from pipeline.categories import Category
from pipeline.nouns import Action, Decision, Indicator, Json, Label, Reason, Verdict
from pipeline.store import open_store
from pipeline.store.decisions import add_decision
from pipeline.store.public_reasons import public, public_reasons, reasons_behind
from pipeline.store.verdicts import add_verdicts

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
EVIL = Indicator.from_key("host:evil.example")


def reason(name: str, weight: float) -> Json:
    return {"id": name, "weight": weight, "zh": "理由", "en": "why", "extract": "from the page"}


def test_three_that_speak_for_fraud_the_strongest_first() -> None:
    given = [reason(n, w) for n, w in (("a", 1), ("b", -9), ("c", 3), ("d", 0), ("e", 2), ("f", 1))]
    assert [shown["id"] for shown in public(given)] == ["c", "e", "a"]
    assert public(given)[0] == {"id": "c", "zh": "理由", "en": "why"}


def test_nothing_out_of_call_records() -> None:
    given = [reason("number.answered", 3), reason("number.reported", 1)]
    assert [shown["id"] for shown in public(given)] == ["number.reported"]


def test_blocks_decided_before_there_were_any_have_them_too(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'fanzha.db'}"
    verdict = Verdict(
        EVIL, Label.MALICIOUS, Category.FAKE_LOAN, 0.98, (Reason("a", 1.0, "理由", "why"),), "e" * 64,
        "site-rules@1", NOW,
    )  # fmt: skip
    block = Decision(
        EVIL, Action.BLOCK, Category.FAKE_LOAN, "fraud", "policy:sites@1", NOW, verdict=verdict.id
    )
    watch = replace(block, indicator=Indicator.from_key("host:b.example"), action=Action.WATCH)
    store = open_store(url)
    with store.write() as tx:
        add_verdicts(tx, [verdict])
        add_decision(tx, block)
        add_decision(tx, watch)
    with store.read() as tx:
        now = list(reasons_behind(tx, sorted([block.id, watch.id])))
    migration = import_module("pipeline.store.migrations.versions.0010_public_reasons")
    with store.write() as tx:
        tx.execute(text("DROP TABLE public_reasons"))
        with Operations.context(MigrationContext.configure(tx)):
            migration.upgrade()
    with store.read() as tx:
        assert list(reasons_behind(tx, sorted([block.id, watch.id]))) == now
    store.close()
    assert now == [(block.id, '[{"en":"why","id":"a","zh":"理由"}]')]


def test_asked_for_some_it_gives_those_in_order(tmp_path: Path) -> None:
    ids = [f"{n:064x}" for n in range(40)]
    store = open_store(f"sqlite:///{tmp_path / 'fanzha.db'}")
    with store.write() as tx:
        tx.execute(insert(public_reasons), [{"decision": one, "reasons": one} for one in ids[::2]])
    with store.read() as tx:
        for wanted in (ids, ids[1::2], ids[5:9], ids[-2:], [], ["g"]):
            there = [(one, one) for one in wanted if one in ids[::2]]
            assert list(reasons_behind(tx, wanted)) == there
    store.close()
