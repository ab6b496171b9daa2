"""Simulated worlds → labelled tables of features: after k calls, after a day, after several."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from classifiers.numbers.engine import Engine, duckdb_engine
from classifiers.numbers.features.catalogue import FEATURES
from classifiers.numbers.features.measures import Ground, measure_day
from classifiers.numbers.features.neighbours import shared_callees
from classifiers.numbers.features.window import Extras, window_features
from classifiers.numbers.simulator.feeds import calls_of, make_world
from classifiers.numbers.simulator.people import GATEWAY_TACS, RISK_AREAS
from classifiers.numbers.simulator.records import (
    first_calls,
    forms_of,
    normalised,
    slow_normalised,
)
from pipeline.feeds.normalise import area_code

FIRST_DAY = date(2026, 3, 2)
GROUND = Ground(
    gateway_tacs=GATEWAY_TACS,
    risk_areas=tuple(code for text in RISK_AREAS[:3] if (code := area_code(text)) is not None),
)


@dataclass(frozen=True, slots=True)
class Labelled:
    """Rows of features with what they are; one row per number."""

    features: npt.NDArray[np.float64]
    """Columns in the order of `FEATURES`; NaN is unknown."""
    fraud: npt.NDArray[np.bool_]
    persona: npt.NDArray[np.str_]
    number: npt.NDArray[np.int64]

    def column(self, name: str) -> npt.NDArray[np.float64]:
        return self.features[:, list(FEATURES).index(name)]


def snapshots(
    *,
    seed: int,
    numbers: int,
    fraud: float,
    calls: Sequence[int | None],
    days: int = 1,
    confirmed: float = 0.0,
    shares: Mapping[str, float] | None = None,
) -> dict[int | None, Labelled]:
    """One world seen after each number's k-th call of the first day (k of `calls`), or after all.

    None stands for the whole of the `days`. Rows are of the world's callers alone. A share
    `confirmed` of the fraudulent numbers is known already, by whom the others' callees are known.
    `shares` of honest personas go before their own.
    """
    world = make_world(
        seed=seed, numbers=numbers, fraud=fraud, first_day=FIRST_DAY, days=days, shares=shares
    )
    forms = forms_of(world)
    drawn = list(calls_of(world))
    told = [normalised(world, day, part, forms) for day, part in drawn]
    slow = slow_normalised(world, drawn)
    people, found = world.people, {}
    known = np.flatnonzero(
        people.fraud & (np.random.default_rng([seed, 4]).random(people.callers) < confirmed)
    )
    for k in calls:
        with duckdb_engine(memory="3GB") as engine:
            tables = (
                [part.records for part in told]
                if k is None
                else [first_calls(told[0], k, len(people.shown))]
            )
            # After its k-th call nobody knows yet what the later ones bring in complaints.
            until = world.midnight + days * 86_400 - 1 if k is None else None
            features = _features(engine, tables, slow, known, heard_until=until)
        features = features.filter(pa.compute.less(features["number"], people.callers))
        number = features["number"].to_numpy()
        found[k] = Labelled(
            np.column_stack([features[name].to_numpy() for name in FEATURES]),
            people.fraud[number],
            people.persona[number],
            number,
        )
    return found


def _features(
    engine: Engine,
    days: Sequence[pa.Table],
    slow: dict[str, pa.Table],
    confirmed: npt.NDArray[np.int64],
    *,
    heard_until: int | None,
) -> pa.Table:
    first = (FIRST_DAY - date(1970, 1, 1)).days
    measured = []
    for n, table in enumerate(days):
        day = measure_day(engine.put(f"records_{n}", table), GROUND, engine.stage)
        measured.append((first + n, engine.stage(f"day_{n}", day)))
    given: dict[str, Any] = {name: engine.put(name, table) for name, table in slow.items()}
    if len(confirmed):
        known = engine.put("confirmed", pa.table({"number": confirmed}))
        calls = engine.put("calls", pa.concat_tables(days))
        given["shared"] = shared_callees(calls, known, offset=GROUND.offset, stage=engine.stage)
    extras = Extras(**given, heard_until=heard_until)
    return window_features(measured, extras, offset=GROUND.offset, stage=engine.stage).to_pyarrow()
