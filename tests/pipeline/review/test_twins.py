"""What is called ordinary is a sample of the whole store, not of whatever comes first in it."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from pipeline.nouns import Indicator, Kind, Label, Observation, Verdict
from pipeline.review.twins import SAMPLE, ordinary_bands
from pipeline.store import Store
from pipeline.store.observations import add_observations
from pipeline.store.verdicts import add_verdicts, of_ordinary_numbers, ordinary_numbers

NOW = datetime(2026, 3, 11, tzinfo=UTC)


def number(n: int, *, prefix: str) -> Indicator:
    return Indicator(Kind.NUMBER, f"+86{prefix}{n:08}")


def verdict(indicator: Indicator, probability: float, at: datetime = NOW) -> Verdict:
    return Verdict(indicator, Label.UNKNOWN, None, probability, (), "e", "numbers@1", at)


def calls(indicator: Indicator, a_day: float) -> Observation:
    return Observation(indicator, "calls", {"features": {"a_day": a_day}}, "feed", NOW, NOW)


def test_the_bands_are_of_landlines_and_mobiles_alike(store: Store) -> None:
    landlines = [number(n, prefix="10") for n in range(SAMPLE)]
    mobiles = [number(n, prefix="138") for n in range(SAMPLE)]
    with store.write() as tx:
        add_verdicts(tx, [verdict(i, 0.05) for i in (*landlines, *mobiles)])
        add_observations(tx, [calls(i, 1.0) for i in landlines])
        add_observations(tx, [calls(i, 9.0) for i in mobiles])
    with store.read() as tx:
        (band,) = ordinary_bands(tx).values()
    assert (band.low, band.high, band.count) == (1.0, 9.0, SAMPLE)


def test_a_number_is_ordinary_by_its_newest_verdict_and_a_site_never(store: Store) -> None:
    quiet, turned, loud = (number(n, prefix="138") for n in range(3))
    site = Indicator(Kind.HOST, "honest.example")
    with store.write() as tx:
        add_verdicts(tx, [verdict(i, 0.05) for i in (quiet, turned, site)])
        add_verdicts(tx, [verdict(i, 0.9, NOW + timedelta(days=1)) for i in (turned, loud)])
    with store.read() as tx:
        assert ordinary_numbers(tx, limit=10) == [quiet]


def test_the_sample_is_read_from_an_index_of_ordinary_numbers_alone(store: Store) -> None:
    plan = "EXPLAIN QUERY PLAN " if store.engine.dialect.name == "sqlite" else "EXPLAIN "
    with store.read() as tx:
        if store.engine.dialect.name == "postgresql":
            # So small a table would be read whole.
            tx.execute(text("SET LOCAL enable_seqscan = off"))
            tx.execute(text("SET LOCAL enable_bitmapscan = off"))
        query = str(
            of_ordinary_numbers(500).compile(store.engine, compile_kwargs={"literal_binds": True})
        )
        asked = [str(row) for row in tx.execute(text(plan + query))]
    assert any("ix_verdicts_ordinary" in line for line in asked)
    assert not any("Sort" in line or "TEMP B-TREE" in line for line in asked)
