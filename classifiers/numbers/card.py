"""A number model and its figures → the model's card: Markdown to read, JSON to compare."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifiers.numbers.model import NumberModel


@dataclass(frozen=True, slots=True)
class Bar:
    """What is asked of one figure of an evaluation."""

    path: tuple[str, ...]
    """Where the figure stands in what `evaluate_simulated` gives."""
    asked: float
    at_least: bool = True

    def look(self, figures: Mapping[str, Any]) -> dict[str, Any] | None:
        """The bar with what was measured; None where it was not."""
        seen: Any = figures
        for part in self.path:
            seen = seen.get(part) if isinstance(seen, Mapping) else None
        if seen is None:
            return None
        return {
            "bar": " ".join(self.path),
            "asked": f"at {'least' if self.at_least else 'most'} {self.asked:g}",
            "measured": seen,
            "reached": seen >= self.asked if self.at_least else seen <= self.asked,
        }


BARS = (
    Bar(("tpr_at_fpr_1e-4_full_day",), 0.90),
    Bar(("tpr_at_fpr_1e-3_by_30th_call",), 0.60),
    Bar(("gangs_within_20_calls_at_fpr_1e-3",), 0.80),
    Bar(("trades_worst",), 0.001, at_least=False),
    Bar(("calibration_error", "mature"), 0.02, at_least=False),
    Bar(("calibration_error", "young"), 0.02, at_least=False),
)


def bars(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each bar with what was measured; one that is missed is said to be missed."""
    return [seen for bar in BARS if (seen := bar.look(figures))]


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
