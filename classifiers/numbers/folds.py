"""Cross-validation of a recipe on a table with fixed folds, thresholds found in the training folds."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from classifiers.numbers.bounds import true_positive_rate
from classifiers.numbers.members import Flags, Floats
from classifiers.numbers.model import NumberModel, Part
from classifiers.numbers.sichuan import TENURE_AND_REVENUE, SubscriberTable
from classifiers.numbers.training import Recipe, boosting, fit_part, linear, platt

INNER = 4
"""Folds inside the training folds, from which the threshold and the calibration come."""
ROUNDS = 800
BAGS = 5

Tell = Callable[[str], None]


def table_recipe(names: tuple[str, ...], *, bags: int = BAGS, rounds: int = ROUNDS) -> Recipe:
    """A blend for aggregates: randomised trees in several bags, and a linear member.

    Members, their rates and weights were chosen by the folds within the training folds alone.
    """
    trees = boosting(
        names,
        rounds=rounds,
        extra_trees=True,
        num_leaves=24,
        learning_rate=0.03,
        feature_fraction=0.3,
        bagging_fraction=0.7,
        min_child_samples=10,
        lambda_l2=10.0,
    )
    return Recipe((*((1.0 / bags, trees) for _ in range(bags)), (0.4, linear())))


def cross_validate(
    table: SubscriberTable, *, bags: int = BAGS, rounds: int = ROUNDS, tell: Tell = lambda _: None
) -> tuple[dict[str, Any], Floats]:
    """Figures over the fixed folds (mean and spread), and each labelled row's score when held out."""
    from sklearn.metrics import f1_score, recall_score, roc_auc_score

    scores = np.full(len(table.fraud), np.nan)
    rows: list[dict[str, float]] = []
    for fold in sorted(set(table.fold[table.labelled].tolist())):
        tell(f"fold {fold}")
        held = table.labelled & (table.fold == fold)
        learned = table.labelled & (table.fold != fold)
        part, threshold = fit_with_threshold(
            table, learned, bags=bags, rounds=rounds, seed=100 * fold
        )
        scores[held] = 1 / (1 + np.exp(-part.log_odds(table.x[held])))
        truth, score = table.fraud[held], scores[held]
        rows.append(
            {
                "auc": float(roc_auc_score(truth, score)),
                "macro_f1": float(f1_score(truth, score >= threshold, average="macro")),
                "recall": float(recall_score(truth, score >= threshold)),
                "tpr_at_fpr_1e-2": true_positive_rate(score, truth, 1e-2),
            }
        )
    figures = {
        name: {"mean": float(np.mean(v)), "spread": float(np.std(v)), "folds": v}
        for name in rows[0]
        if (v := [row[name] for row in rows])
    }
    return figures, scores


def fit_with_threshold(
    table: SubscriberTable, learned: Flags, *, bags: int, rounds: int, seed: int = 0
) -> tuple[Part, float]:
    """A calibrated part fitted on the learned rows, and the threshold of the best macro-F1 in them."""
    from sklearn.model_selection import StratifiedKFold

    x, y = table.x[learned], table.fraud[learned]
    inside = np.zeros(len(y))
    light = table_recipe(table.names, bags=1, rounds=rounds)
    folds = StratifiedKFold(INNER, shuffle=True, random_state=seed)
    for n, (fit, look) in enumerate(folds.split(x, y)):
        inside[look] = fit_part(light, x[fit], y[fit], seed=seed + n).log_odds(x[look])
    part = fit_part(table_recipe(table.names, bags=bags, rounds=rounds), x, y, seed=seed)
    # Calibrated on the held-out log-odds: those of its own rows are too sure.
    slope, intercept = platt(inside, y)
    probability = 1 / (1 + np.exp(-(slope * inside + intercept)))
    return Part(part.members, slope, intercept), best_threshold(probability, y)


def evaluate_table(
    table: SubscriberTable, *, scores: Path | None = None, tell: Tell = lambda _: None
) -> dict[str, Any]:
    """The bars of the table, with and without tenure and revenue.

    With `scores`, writes every row's probability as CSV: of labelled rows when they were held out,
    of masked rows by a model of all labelled ones.
    """
    whole, held = cross_validate(table, tell=tell)
    reduced = table.without(TENURE_AND_REVENUE)
    bare, _ = cross_validate(reduced, bags=3, tell=lambda what: tell(f"without tenure: {what}"))
    if scores is not None:
        part, threshold = fit_with_threshold(table, table.labelled, bags=BAGS, rounds=ROUNDS)
        masked = ~table.labelled
        held[masked] = 1 / (1 + np.exp(-part.log_odds(table.x[masked])))
        scores.parent.mkdir(parents=True, exist_ok=True)
        with scores.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["phone_no_m", "masked", "probability", "fraud"])
            for name, hidden, p in zip(table.ids, masked, held, strict=True):
                writer.writerow([name, int(hidden), f"{p:.6f}", int(p >= threshold)])
    return {
        "rows": int(table.labelled.sum()),
        "features": len(table.names),
        "figures": whole,
        "without_tenure_and_revenue": {"features": len(reduced.names), "figures": bare},
    }


def train_table(table: SubscriberTable, *, tell: Tell = lambda _: None) -> NumberModel:
    """A model of all labelled rows of the table."""
    tell("fitting")
    part, threshold = fit_with_threshold(table, table.labelled, bags=BAGS, rounds=ROUNDS)
    card = {
        "task": "fraudulent subscribers from monthly aggregates",
        "data": "Digital Sichuan 2020, labelled rows; terms of the set: CC0, repository Apache-2.0",
        "rows": int(table.labelled.sum()),
        "limits": "a third of its rows are fraud, far above life: only rates at a low false-positive "
        "rate carry over; partly traces of how the set was collected",
    }
    return NumberModel("sichuan", table.names, {"mature": part}, {"macro_f1": threshold}, card)


def best_threshold(probability: Floats, fraud: Flags) -> float:
    """The threshold of the highest macro-F1, the middle of the flat top so that it carries over."""
    from sklearn.metrics import f1_score

    grid = np.linspace(0.2, 0.8, 121)
    found = np.array([f1_score(fraud, probability >= t, average="macro") for t in grid])
    smooth = np.convolve(np.pad(found, 4, mode="edge"), np.ones(9) / 9, mode="valid")
    return float(grid[smooth.argmax()])
