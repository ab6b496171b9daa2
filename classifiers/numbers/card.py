"""A number model and its figures → the model's card: Markdown to read, JSON to compare."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from classifiers.numbers.model import NumberModel

BARS: dict[str, tuple[str, float]] = {
    "tpr_at_fpr_1e-4_full_day": ("at least", 0.90),
    "tpr_at_fpr_1e-3_by_30th_call": ("at least", 0.60),
    "gangs_within_20_calls_at_fpr_1e-3": ("at least", 0.80),
    "trades_together": ("at most", 0.001),
    "calibration_error.mature": ("at most", 0.02),
    "calibration_error.young": ("at most", 0.02),
}
"""Figure → what was asked of it."""


def bars(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each bar with what was measured; one that is missed is said to be missed."""
    found = []
    for name, (side, asked) in BARS.items():
        value: Any = figures
        for part in name.split(".", 1) if name.startswith("calibration") else [name]:
            value = value.get(part) if isinstance(value, Mapping) else None
        if value is not None:
            reached = value >= asked if side == "at least" else value <= asked
            found.append(
                {"bar": name, "asked": f"{side} {asked:g}", "measured": value, "reached": reached}
            )
    return found


def write_card(model: NumberModel, figures: Mapping[str, Any], folder: Path) -> None:
    """Write `card.md` and `card.json` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    about = {name: value for name, value in model.card.items() if name != "baseline"}
    whole = {
        "model": model.name,
        "about": about,
        "thresholds": dict(model.thresholds),
        "warnings": list(model.warnings.values()),
        "bars": bars(figures),
        "figures": dict(figures),
    }
    text = json.dumps(whole, indent=1, ensure_ascii=False, sort_keys=True)
    (folder / "card.json").write_text(text + "\n", encoding="utf-8")
    (folder / "card.md").write_text(markdown(whole), encoding="utf-8")


def markdown(card: Mapping[str, Any]) -> str:
    """The card as Markdown."""
    about, figures = card["about"], card["figures"]
    lines = [
        f"# Model card: {card['model']}",
        "",
        "Scores how likely a phone number calls for fraud, from call records, and says why. Made for a",
        "review queue, for points, and for automatic blocks that are corroborated and reversible; not for",
        "deciding about persons.",
        "",
        "## Bars",
        "",
        "| figure | asked | measured | |",
        "|---|---|---|---|",
        *(
            f"| {b['bar']} | {b['asked']} | {b['measured']:.4f} | "
            f"{'reached' if b['reached'] else '**missed**'} |"
            for b in card["bars"]
        ),
        "",
        "## Thresholds",
        "",
        *(f"- **{name}**: {value:.4f}" for name, value in card["thresholds"].items()),
        f"- set on {about.get('thresholds', {}).get('honest_rows', 0):,} honest rows for the rates "
        f"{about.get('thresholds', {}).get('rates', {})}, each with a 95 % Clopper–Pearson bound",
        *(f"- warning: {warning}" for warning in card["warnings"]),
        "",
    ]
    at_list = figures.get("at_list_threshold")
    if at_list:
        lines += [
            f"At the listing threshold: TPR {at_list['tpr']:.3f}, {at_list['false_positives']} false "
            f"positives (upper bound {at_list['fpr_upper_95']:.2g}).",
            "",
        ]
    lines += ["## Data and limits", ""]
    lines += [
        f"- {name}: {value}"
        for name, value in about.items()
        if name not in {"thresholds", "task"} and value
    ]
    return "\n".join([*lines, ""])
