"""Train and judge number models on simulated worlds: training seeds, calibration seeds, test seeds.

The three are apart, and so are the worlds behind them: a seed draws its own people, teams, devices
and days. Nothing was ever tuned on the test seeds.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from classifiers.numbers.bounds import calibration_error, true_positive_rate, upper_bound
from classifiers.numbers.features.catalogue import FEATURES
from classifiers.numbers.model import NumberModel
from classifiers.numbers.simulator.personas import FRAUD, GANGS, TRADES
from classifiers.numbers.snapshots import Labelled, snapshots
from classifiers.numbers.training import Recipe, Rows, boosting, train

TRAINING_SEEDS = (101, 102)
CALIBRATION_SEEDS = (103,)
TEST_SEEDS = (902,)
PRIOR = 0.001
"""Share of fraud among callers that probabilities are calibrated to."""
FRAUD_IN_TRAINING = 0.015
FIRST = (10, 20, 30)
"""Calls after which a number is also looked at in training."""

Tell = Callable[[str], None]


def train_simulated(
    *,
    numbers: int = 60_000,
    training: Sequence[int] = TRAINING_SEEDS,
    calibration: Sequence[int] = CALIBRATION_SEEDS,
    rounds: int = 250,
    tell: Tell = lambda _: None,
) -> NumberModel:
    """Train on simulated worlds of `numbers` callers each."""
    names = tuple(FEATURES)
    learned = [_rows(seed, numbers, keep=0.45, tell=tell) for seed in training]
    several = snapshots(
        seed=training[0] + 500, numbers=numbers // 2, fraud=FRAUD_IN_TRAINING, calls=(None,), days=4
    )[None]
    learned.append(_thinned(several, 0.45, np.random.default_rng(training[0])))
    held = [_rows(seed, numbers, keep=1.0, tell=tell) for seed in calibration]
    card = {
        "task": "phone numbers that call for fraud",
        "data": "simulated worlds of this project (fanzha simulate feed); no real subscriber",
        "terms": "own data; Apache-2.0 like the code",
        "training_seeds": list(training),
        "calibration_seeds": list(calibration),
        "numbers_per_seed": numbers,
        "prior": PRIOR,
        "limits": "knows the personas of the simulator alone; retrain on a carrier's confirmed cases "
        "before anything is blocked by it",
    }
    tell("fitting")
    return train(
        "numbers",
        names,
        _join(learned),
        _join(held),
        # Shallow trees: a reason costs the square of their depth (Lundberg et al., 2020).
        recipe=Recipe(((1.0, boosting(names, rounds=rounds, max_depth=6)),)),
        prior=PRIOR,
        card=card,
    )


def _rows(seed: int, numbers: int, *, keep: float, tell: Tell) -> Rows:
    """A world after 10, 20, 30 calls and after the day; early rows of heavy callers alone."""
    tell(f"world {seed}")
    rng = np.random.default_rng(seed)
    seen = snapshots(seed=seed, numbers=numbers, fraud=FRAUD_IN_TRAINING, calls=(*FIRST, None))
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
    return _join(parts)


def _thinned(rows: Labelled, keep: float, rng: np.random.Generator) -> Rows:
    kept = rows.fraud | (rng.random(len(rows.fraud)) < keep)
    return Rows(rows.features[kept], rows.fraud[kept])


def _join(parts: Sequence[Rows]) -> Rows:
    return Rows(np.concatenate([p.x for p in parts]), np.concatenate([p.y for p in parts]))


def evaluate_simulated(
    model: NumberModel,
    *,
    numbers: int = 150_000,
    seeds: Sequence[int] = TEST_SEEDS,
    tell: Tell = lambda _: None,
) -> dict[str, Any]:
    """The bars of the simulator on seeds that nothing was trained or tuned on, 0.1 % fraud."""
    worlds = []
    for seed in seeds:
        tell(f"world {seed}")
        worlds.append(snapshots(seed=seed, numbers=numbers, fraud=PRIOR, calls=(20, 30, None)))
    seen: dict[int | None, tuple[Any, ...]] = {}
    for k in (20, 30, None):
        parts = [world[k] for world in worlds]
        x = np.concatenate([p.features for p in parts])
        seen[k] = (
            model.probabilities(x),
            np.concatenate([p.fraud for p in parts]),
            np.concatenate([p.persona for p in parts]),
            model.groups(x),
        )
    day, fraud, persona, young = seen[None]
    listed = day >= model.thresholds["list"]
    wrong = int((listed & ~fraud).sum())
    found: dict[str, Any] = {
        "seeds": list(seeds),
        "callers": len(day),
        "fraud": int(fraud.sum()),
        "tpr_at_fpr_1e-4_full_day": true_positive_rate(day, fraud, 1e-4),
        "tpr_at_fpr_1e-3_by_30th_call": true_positive_rate(seen[30][0], seen[30][1], 1e-3),
        "at_list_threshold": {
            "threshold": model.thresholds["list"],
            "tpr": float(listed[fraud].mean()),
            "false_positives": wrong,
            "fpr": wrong / int((~fraud).sum()),
            "fpr_upper_95": upper_bound(wrong, int((~fraud).sum())),
            "whom": dict(Counter(persona[listed & ~fraud].tolist())),
        },
        "trades_over_list_threshold": {
            name: float(listed[persona == name].mean()) for name in TRADES
        },
        "trades_together": float(listed[np.isin(persona, TRADES)].mean()),
        "tpr_by_persona": {p.name: float(listed[persona == p.name].mean()) for p in FRAUD},
        "calibration_error": {
            "mature": calibration_error(day[~young], fraud[~young]),
            "young": calibration_error(day[young], fraud[young]) if young.any() else None,
        },
        "uncertain": _uncertain(day, fraud),
    }
    early, truth, who, _ = seen[20]
    gang = np.isin(who, GANGS)
    bar = np.sort(early[~truth])[::-1][int(1e-3 * (~truth).sum())]
    found["gangs_within_20_calls_at_fpr_1e-3"] = float((early[gang] > bar).mean())
    found["gangs_within_20_calls_at_review_threshold"] = float(
        (early[gang] >= model.thresholds["review"]).mean()
    )
    return found


def _uncertain(day: Any, fraud: Any) -> dict[str, float]:
    """Calibration where it matters: ECE over all is small wherever fraud is rare."""
    middle = (day > 0.01) & (day < 0.99)
    if not middle.any():
        return {"rows": 0, "mean_probability": 0.0, "share_fraud": 0.0}
    return {
        "rows": int(middle.sum()),
        "mean_probability": float(day[middle].mean()),
        "share_fraud": float(fraud[middle].mean()),
    }
