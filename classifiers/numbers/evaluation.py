"""A number model against the bars of the simulator, on seeds that nothing was trained or tuned on."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from classifiers.bounds import clopper_pearson
from classifiers.numbers.bounds import calibration_error, true_positive_rate
from classifiers.numbers.features.catalogue import FEATURES
from classifiers.numbers.judgement import acted_on
from classifiers.numbers.lessons import PRIOR, TRADE_SHARE, draw_trades
from classifiers.numbers.model import NumberModel
from classifiers.numbers.simulator.personas import FRAUD, GANGS, TRADES
from classifiers.numbers.snapshots import snapshots

TEST_SEEDS = (902,)
TRADE_SEED = 903
"""A world of its own, in which honest trades are many: in life they are too few to show a rate of."""

Tell = Callable[[str], None]


def evaluate_simulated(
    model: NumberModel,
    *,
    numbers: int = 150_000,
    seeds: Sequence[int] = TEST_SEEDS,
    confirmed: float = 0.0,
    traders: int = 3_600,
    tell: Tell = lambda _: None,
) -> dict[str, Any]:
    """The bars of the simulator on seeds that nothing was trained or tuned on, 0.1 % fraud.

    With `confirmed`, that share of the fraud is known beforehand; the bars are for none. So many
    `traders` of each honest trade are drawn besides, since a rate of one in a thousand needs 2,995 callers
    without one that is wrong; 0: none.
    """
    worlds = []
    for seed in seeds:
        tell(f"world {seed}")
        worlds.append(
            snapshots(
                seed=seed,
                numbers=numbers,
                fraud=PRIOR,
                calls=(20, 30, None),
                confirmed=confirmed,
            )
        )
    seen: dict[int | None, tuple[Any, ...]] = {}
    columns = [list(FEATURES).index(name) for name in model.features]
    for k in (20, 30, None):
        parts = [world[k] for world in worlds]
        x = np.concatenate([p.features for p in parts])[:, columns]
        seen[k] = (
            acted_on(model, x),
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
        "confirmed_beforehand": confirmed,
        "fraud": int(fraud.sum()),
        "tpr_at_fpr_1e-4_full_day": true_positive_rate(day, fraud, 1e-4),
        "tpr_at_fpr_1e-3_by_30th_call": true_positive_rate(seen[30][0], seen[30][1], 1e-3),
        "at_list_threshold": {
            "threshold": model.thresholds["list"],
            "tpr": float(listed[fraud].mean()),
            "false_positives": wrong,
            "fpr": wrong / int((~fraud).sum()),
            "fpr_upper_95": clopper_pearson(wrong, int((~fraud).sum())),
            "whom": dict(Counter(persona[listed & ~fraud].tolist())),
        },
        **_trades(listed, persona, _many_traders(model, columns, traders, tell)),
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


def _many_traders(
    model: NumberModel, columns: Sequence[int], traders: int, tell: Tell
) -> dict[str, Any]:
    """Of a world with so many of each trade: which of them are over the listing threshold."""
    if not traders:
        return {}
    tell(f"world {TRADE_SEED}, of trades")
    drawn = draw_trades(TRADE_SEED, numbers=round(traders / TRADE_SHARE))
    return {
        name: acted_on(model, x[:, columns]) >= model.thresholds["list"]
        for name, x in drawn.items()
    }


def _trades(listed: Any, persona: Any, more: Mapping[str, Any]) -> dict[str, Any]:
    over = {
        name: np.concatenate([listed[persona == name], more.get(name, listed[:0])])
        for name in TRADES
    }
    over = {name: found for name, found in over.items() if len(found)}
    return {
        "trades_callers": {name: len(found) for name, found in over.items()},
        "trades_over_list_threshold": {n: float(found.mean()) for n, found in over.items()},
        "trades_worst": max(float(found.mean()) for found in over.values()),
        "trades_upper_95": {
            name: clopper_pearson(int(found.sum()), len(found)) for name, found in over.items()
        },
    }


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
