"""Train and judge number models on simulated worlds, and on what people settled, where there is any.

Training, calibration and test seeds are apart, and so are the worlds behind them: a seed draws its
own people, teams, devices and days. Nothing was ever tuned on the test seeds.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from classifiers.numbers.drift import baseline
from classifiers.numbers.features.catalogue import FEATURES
from classifiers.numbers.members import Floats
from classifiers.numbers.model import NumberModel
from classifiers.numbers.settled import Settled, settled_rows
from classifiers.numbers.simulator.personas import TRADES
from classifiers.numbers.snapshots import Labelled, snapshots
from classifiers.numbers.training import Recipe, Rows, boosting, train
from pipeline.errors import FanzhaError

TRAINING_SEEDS = (101, 102)
CALIBRATION_SEEDS = (103, 104)
TRADES_SEED = 105
"""A world in which honest trades are many, so that the listing threshold can keep to each of them."""
PRIOR = 0.001
"""Share of fraud among callers that probabilities are calibrated to."""
FRAUD_IN_TRAINING = 0.015
TRADE_SHARE = 0.09
"""Share of each honest trade in a world of trades; there are five, and ordinary people make room."""
LEAST_OF_EACH = 20
CONFIRMED = 0.1
"""Share of the fraud that is known already in every second world; in the others nobody is known, so
that the model does not lean on it."""
FIRST = (10, 20, 30)
"""Calls after which a number is also looked at in training."""

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Worlds:
    """Simulated rows to train on, others to calibrate on, and the callers of one whole day."""

    learned: Rows
    held: Rows
    day: Floats
    """What drift is measured against."""
    trades: Mapping[str, Floats]
    """Callers of each honest trade, of a world of their own."""
    card: Mapping[str, Any]


def draw_worlds(
    *,
    numbers: int = 60_000,
    training: Sequence[int] = TRAINING_SEEDS,
    calibration: Sequence[int] = CALIBRATION_SEEDS,
    tell: Tell = lambda _: None,
) -> Worlds:
    """Draw the simulated worlds of `numbers` callers each; in every second one some fraud is known."""
    learned, held = [], []
    for n, seed in enumerate(training):
        learned.append(_rows(seed, numbers, keep=0.45, confirmed=n % 2 * CONFIRMED, tell=tell)[0])
    several = snapshots(
        seed=training[0] + 500, numbers=numbers // 2, fraud=FRAUD_IN_TRAINING, calls=(None,), days=4
    )[None]
    learned.append(_thinned(several, 0.45, np.random.default_rng(training[0])))
    days = []
    for n, seed in enumerate(calibration):
        rows, day = _rows(seed, numbers, keep=1.0, confirmed=n % 2 * CONFIRMED, tell=tell)
        held.append(rows)
        days.append(day)
    card = {
        "data": "simulated worlds of this project (fanzha simulate feed); no real subscriber",
        "terms": "own data; Apache-2.0 like the code",
        "training_seeds": list(training),
        "calibration_seeds": list(calibration),
        "trades_seed": TRADES_SEED,
        "numbers_per_seed": numbers,
        "limits": "knows the personas of the simulator alone; retrain on a carrier's confirmed cases "
        "before anything is blocked by it",
    }
    tell(f"world {TRADES_SEED}, of trades")
    trades = draw_trades(TRADES_SEED, numbers=numbers)
    return Worlds(_join(learned), _join(held), np.concatenate(days), trades, card)


def draw_trades(seed: int, *, numbers: int) -> dict[str, Floats]:
    """The callers of each honest trade in a day of a world in which they are many."""
    world = snapshots(
        seed=seed,
        numbers=numbers,
        fraud=PRIOR,
        calls=(None,),
        shares=dict.fromkeys(TRADES, TRADE_SHARE),
    )[None]
    return {name: world.features[world.persona == name] for name in TRADES}


def train_numbers(
    worlds: Worlds | None,
    settled: Sequence[Settled] = (),
    *,
    name: str = "numbers",
    rounds: int = 200,
    tell: Tell = lambda _: None,
) -> NumberModel:
    """Train on simulated worlds, on numbers that people settled, or on both together.

    Every fourth settled number is calibrated on, the others are learned from. Raises `FanzhaError`
    where there is nothing of one side.
    """
    names = tuple(FEATURES)
    own, aside = settled_rows(settled, names)
    learned = _join([own] if worlds is None else [worlds.learned, own])
    held = _join([aside] if worlds is None else [worlds.held, aside])
    for part, rows in (("to learn from", learned), ("to calibrate on", held)):
        if min(rows.y.sum(), (~rows.y).sum()) < LEAST_OF_EACH:
            raise FanzhaError(
                f"expected at least {LEAST_OF_EACH} fraudulent and {LEAST_OF_EACH} honest numbers "
                f"{part}, got {int(rows.y.sum())} and {int((~rows.y).sum())}; train with simulated "
                "worlds as well"
            )
    card = {
        "task": "phone numbers that call for fraud",
        "prior": PRIOR,
        **(worlds.card if worlds else {"data": "numbers that people settled"}),
        "settled": {"fraud": sum(s.fraud for s in settled), "all": len(settled)},
    }
    tell("fitting")
    model = train(
        name,
        names,
        learned,
        held,
        # Shallow trees: a reason costs the square of their depth (Lundberg et al., 2020).
        recipe=Recipe(((1.0, boosting(names, rounds=rounds, max_depth=6, learning_rate=0.05)),)),
        prior=PRIOR,
        card=card,
        trades=worlds.trades if worlds else None,
    )
    return replace(
        model, card={**model.card, "baseline": baseline(model, worlds.day if worlds else held.x)}
    )


def _rows(
    seed: int, numbers: int, *, keep: float, confirmed: float, tell: Tell
) -> tuple[Rows, Floats]:
    """A world after 10, 20, 30 calls and after the day; early rows of heavy callers alone."""
    tell(f"world {seed}")
    rng = np.random.default_rng(seed)
    seen = snapshots(
        seed=seed,
        numbers=numbers,
        fraud=FRAUD_IN_TRAINING,
        calls=(*FIRST, None),
        confirmed=confirmed,
    )
    parts = []
    for k, rows in seen.items():
        if k is None:
            parts.append(_thinned(rows, keep, rng))
        else:
            heavy = rows.fraud | (rows.column("calls_per_day") >= FIRST[0])
            part = Labelled(
                rows.features[heavy], rows.fraud[heavy], rows.persona[heavy], rows.number[heavy]
            )
            parts.append(_thinned(part, keep, rng))
    return _join(parts), seen[None].features


def _thinned(rows: Labelled, keep: float, rng: np.random.Generator) -> Rows:
    kept = rows.fraud | (rng.random(len(rows.fraud)) < keep)
    return Rows(rows.features[kept], rows.fraud[kept])


def _join(parts: Sequence[Rows]) -> Rows:
    return Rows(np.concatenate([p.x for p in parts]), np.concatenate([p.y for p in parts]))
