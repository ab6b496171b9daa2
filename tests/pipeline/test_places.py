"""The tree of names: all below a name is one range, on both databases, for old stores too."""

from datetime import UTC, datetime
from importlib import import_module

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from pipeline.nouns import Action, Decision, Indicator, Kind
from pipeline.store import Store
from pipeline.store.decisions import add_decision
from pipeline.store.places import place_of, places, under
from pipeline.store.reports import open_subjects
from pipeline.store.surroundings import live_under, names_under

NOW = datetime(2026, 3, 11, tzinfo=UTC)
LABELS = st.lists(st.sampled_from(["a", "a-b", "ab", "b", "_a", "0"]), min_size=2, max_size=5)
KEYS = (
    "host:gang.example", "url:http://gang.example/x", "host:a.gang.example", "host:a-b.gang.example",
    "host:gang-a.example", "host:gang0.example", "host:xgang.example", "number:+861012345678",
)  # fmt: skip


@given(host=LABELS, name=LABELS)
def test_what_is_below_a_name_begins_as_the_name_does(host: list[str], name: list[str]) -> None:
    below = host[-len(name) :] == name
    begin = place_of(".".join(name))
    place = place_of(".".join(host))
    assert place.startswith(begin) is below
    assert (begin <= place < begin[:-1] + "/") is below


def fill(store: Store) -> None:
    gang = Indicator(Kind.DOMAIN, "b.gang.example")
    with store.write() as tx:
        open_subjects(tx, map(Indicator.from_key, KEYS), at=NOW)
        add_decision(tx, Decision(gang, Action.BLOCK, None, "fraud", "analyst:li", NOW))


def test_names_and_live_decisions_below_a_name_are_found(store: Store) -> None:
    fill(store)
    with store.read() as tx:
        assert list(map(str, names_under(tx, "gang.example"))) == [
            *KEYS[:2], KEYS[3], KEYS[2], "domain:b.gang.example"
        ]  # fmt: skip
        (live,) = live_under(tx, "gang.example", at=NOW)
        assert live == (Indicator(Kind.DOMAIN, "b.gang.example"), Action.BLOCK)
        assert live_under(tx, "a.gang.example", at=NOW) == []


def test_the_range_is_read_from_the_key(store: Store) -> None:
    fill(store)
    query = select(places.c.indicator).where(*under("gang.example")).order_by(places.c.place)
    with store.read() as tx:
        whole = str(query.compile(tx.engine, compile_kwargs={"literal_binds": True}))
        if tx.dialect.name == "postgresql":
            # So small a table would be read whole.
            tx.execute(text("SET LOCAL enable_seqscan = off"))
            tx.execute(text("SET LOCAL enable_bitmapscan = off"))
            plan = "\n".join(tx.scalars(text(f"EXPLAIN {whole}")))
            assert "Index Cond: ((place >=" in plan
            assert "Sort" not in plan
        else:
            plan = "\n".join(row.detail for row in tx.execute(text(f"EXPLAIN QUERY PLAN {whole}")))
            assert plan == "SEARCH places USING PRIMARY KEY (place>? AND place<?)"


def test_what_an_old_store_knows_is_placed(store: Store) -> None:
    fill(store)
    migration = import_module("pipeline.store.migrations.versions.0016_places")
    everything = select(places).order_by(places.c.place, places.c.indicator)
    with store.write() as tx:
        before = tx.execute(everything).all()
        places.drop(tx)
        with Operations.context(MigrationContext.configure(tx)):
            migration.upgrade()
        assert tx.execute(everything).all() == before
        assert len(before) == len(KEYS)
