"""Drift is kept per model and week; a week measured again shows the newer figures."""

from datetime import UTC, datetime

from pipeline.store import Store
from pipeline.store.drift import Drift, drift_of, record_drift, week_of

AT = datetime(2026, 3, 5, 14, tzinfo=UTC)


def test_a_week_begins_on_monday() -> None:
    assert week_of(AT) == datetime(2026, 3, 2, tzinfo=UTC)


def test_a_week_measured_again_replaces_its_figures(store: Store) -> None:
    week = week_of(AT)
    with store.write() as connection:
        record_drift(connection, [Drift("sites@1", week, "score", 0.1, 50)])
        record_drift(connection, [Drift("sites@1", week, "score", 0.3, 90)])
        record_drift(connection, [Drift("sites@2", week, "score", 0.0, 90)])
    with store.read() as connection:
        assert drift_of(connection, "sites@1") == [Drift("sites@1", week, "score", 0.3, 90)]
