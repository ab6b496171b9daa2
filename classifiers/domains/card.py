"""An evaluation → the model's card: Markdown to read, JSON to compare, SVG plots to look at."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from classifiers.domains.corpus import WITHHELD
from classifiers.domains.evaluation import BARS, CALIBRATION_BAR, Evaluation, routes_of
from classifiers.domains.model import SitesModel
from classifiers.domains.training import ENOUGH

SOURCES: dict[str, str] = {
    "tw165": "Taiwan police 165 lists and their community mirror: MIT, open data",
    "gaso": "Global Anti-Scam Organization list, same mirror: MIT",
    "fx110": "FX110 list, same mirror: MIT",
    "cn_old": "mainland-hosted domains: WTFPL; by hosting, so honest only probably",
    "cn_added_2025H1": "mainland-hosted domains added in 2025: WTFPL; evaluation",
    "top100k_2016": "a top-100k list of 2016",
    "phishtank2022": "pages reported to PhishTank in 2022, published for research; the copy states no terms",
    "topsites2022": "front pages of top sites of 2022, from the same publication; the copy states no terms",
    "dragnet_data": "dragnet article corpus, published for research; pages remain their publishers'",
    "readability": "test pages of Readability (Apache-2.0); pages remain their publishers'",
    "daniel_English": "DAnIEL news corpus, published for research; pages remain their publishers'",
    "phish_text": "texts of reported phishing pages, December 2025 to January 2026; the copy states no terms",
    "fbs_sms": "fake-base-station SMS, CCS 2020; cite the paper",
}
"""What is known of the sources and their terms."""


def figures(model: SitesModel, evaluation: Evaluation) -> dict[str, Any]:
    """Everything the card says, as JSON."""
    return {
        "model": model.name,
        "about": {k: v for k, v in model.about.items() if k != "baseline"},
        "tasks": {task.name: task.figures() for task in evaluation.tasks},
        "by source": {t.name: t.split(t.sources) for t in evaluation.tasks},
        "by month": {t.name: t.split(t.months) for t in evaluation.tasks if "blind" not in t.name},
        "by class": evaluation.classes,
        "by category": evaluation.categories,
        "calibration": {
            "expected error": evaluation.calibration,
            "rows": evaluation.calibrated_rows,
            "bins": evaluation.bins,
        },
        "routes": routes_of(model),
        "bars": bars(evaluation),
    }


def bars(evaluation: Evaluation) -> list[dict[str, Any]]:
    """Each bar with what was measured; a bar that is missed is said to be missed."""
    found = []
    for task in evaluation.tasks:
        bar = BARS.get(task.name)
        if bar is None:
            continue
        seen = task.figures()
        if bar.auc is not None:
            found.append(_bar(task.name, "AUC", bar.auc, seen["auc"], seen["auc"] >= bar.auc))
        if bar.tpr is not None:
            tpr = seen["fpr 0.001"]["tpr"]
            found.append(_bar(task.name, "TPR at FPR 1e-3", bar.tpr, tpr, tpr >= bar.tpr))
    if evaluation.calibrated_rows:
        error = evaluation.calibration
        found.append(
            _bar(
                "combined score",
                "calibration error",
                CALIBRATION_BAR,
                error,
                error <= CALIBRATION_BAR,
            )
        )
    return found


def _bar(task: str, what: str, asked: float, seen: float, reached: bool) -> dict[str, Any]:
    return {
        "task": task,
        "figure": what,
        "asked": asked,
        "measured": seen,
        "reached": bool(reached),
    }


def write_card(model: SitesModel, evaluation: Evaluation, folder: Path) -> None:
    """Write `card.md`, `card.json`, `roc.svg` and `reliability.svg` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    found = figures(model, evaluation)
    text = json.dumps(_rounded(found), indent=1, ensure_ascii=False)
    (folder / "card.json").write_text(text + "\n", encoding="utf-8")
    (folder / "card.md").write_text(markdown(found), encoding="utf-8")
    _plots(evaluation, folder)


def _rounded(value: Any) -> Any:
    """Floats to six digits, so that a card is the same bytes wherever it was made; NaN as null."""
    if isinstance(value, dict):
        return {str(k): _rounded(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(v) for v in value]
    if isinstance(value, float):
        return None if math.isnan(value) or math.isinf(value) else round(value, 6)
    return value


def markdown(found: dict[str, Any]) -> str:
    """The card as Markdown."""
    about = found["about"]
    lines = [
        f"# Model card: {found['model']}",
        "",
        "Judges whether a web site commits telecom or online fraud, and says why. Made for ordering a",
        "crawl, for a review queue, and for automatic blocks that are corroborated and reversible; not",
        "for deciding about persons, and not for blocking by host name alone.",
        "",
        f"Trained with seed {about.get('seed')}.",
        "",
        "## Bars",
        "",
        _table(
            ["task", "figure", "asked", "measured", ""],
            [
                [b["task"], b["figure"], f"{b['asked']:g}", f"{b['measured']:.4f}", _outcome(b)]
                for b in found["bars"]
            ],
        ),
        "",
        "## At few false alarms",
        "",
        "Thresholds were set on one half of the honest rows and measured on the other. *Bound* is the",
        "upper 95 % bound (Clopper–Pearson) of the false-positive rate measured; *supported* says whether",
        "the setting half was large enough to promise the rate that was asked for.",
        "",
        _table(
            ["task", "fraud", "honest", "AUC", "asked FPR", "TPR", "FPR", "bound",
             "precision at 1 %", "at 0.1 %", "supported"],
            [
                [name, t["fraud"], t["honest"], f"{t['auc']:.4f}", key[4:], _n(f["tpr"]), _n(f["fpr measured"]),
                 _n(f["fpr bound"]), _n(f["precision at base 0.01"]), _n(f["precision at base 0.001"]),
                 "yes" if f["supported"] else "no"]
                for name, t in found["tasks"].items()
                for key, f in t.items()
                if key.startswith("fpr ")
            ],
        ),
        "",
        "![ROC at low false-positive rates](roc.svg)",
        "",
        "## Calibration of the combined score",
        "",
        f"Expected calibration error {found['calibration']['expected error']:.4f} over "
        f"{found['calibration']['rows']} rows (15 bins).",
        "",
        "![reliability](reliability.svg)",
        "",
    ]  # fmt: skip
    for title, part in (("By source", "by source"), ("By month", "by month")):
        lines += [f"## {title}", "", "At the threshold for FPR 1e-3 of each task.", ""]
        rows = [
            [task, key, int(f["fraud"]), int(f["honest"]), _n(f.get("tpr")), _n(f.get("fpr"))]
            for task, split in found[part].items()
            for key, f in split.items()
        ]
        lines += [_table(["task", title[3:], "fraud", "honest", "TPR", "FPR"], rows), ""]
    lines += ["## By class of Chinese texts", ""]
    classes = [
        [k, int(f["rows"]), "fraud" if f["fraud"] else "honest", _n(f["called fraud"])]
        for k, f in found["by class"].items()
    ]
    lines += [_table(["class", "rows", "is", "called fraud (p ≥ 0.5)"], classes), ""]
    lines += [
        "## By category",
        "",
        "Chinese fraud whose kind is known, whether or not it is called fraud. What was not learned is",
        "left to the rules.",
        "",
    ]
    kinds = [
        [k, int(f["rows"]), "learned" if f["learned"] else "rules", _n(f["named rightly"]), _n(f["right when named"])]
        for k, f in found["by category"].items()
    ]  # fmt: skip
    lines += [_table(["category", "rows", "by", "named rightly", "right when named"], kinds), ""]
    lines += ["## Combinations and thresholds", ""]
    for route, r in found["routes"].items():
        weights = ", ".join(f"{k} {v:.2f}" for k, v in r["weights"].items())
        lines.append(f"- **{route}**: {r['rows'] or 'no'} labelled rows; weights {weights}.")
        if r["thresholds"]:
            t = r["thresholds"]
            lines.append(
                f"  Block at {t['block']['value']:.4f} (bound {t['block']['bound']:.2g}), review at "
                f"{t['review']['value']:.4f} (bound {t['review']['bound']:.2g}), dismiss below {t['dismiss']:.4f} "
                f"(at most {t['missed_bound']:.2g} of fraud)."
            )
        lines += [f"  {warning}." for warning in r["warnings"]]
    lines += ["", "## Data and terms", ""]
    rows_of = about.get("rows", {})
    trained = [
        [part, source, n, SOURCES.get(source, "own data")]
        for part, sources in rows_of.items()
        for source, n in sources.items()
        if n
    ]
    lines += [_table(["part", "source", "rows", "terms"], trained), ""]
    lines += [
        "Of no source is any text in the model: it holds weights of hashed n-grams, sums and trees.",
        "",
    ]
    lines += [f"Never trained on: {', '.join(f'{s} ({why})' for s, why in WITHHELD.items())}.", ""]
    lines += [
        "## What it cannot do",
        "",
        "- Pages that show only a state (parked, gone, walled off) are never called honest or fraud, so",
        "  the tasks are measured on pages that show content. The tasks *with pages that show only a",
        "  state* count such fraud as missed.",
        f"- Of Chinese pages with markup, fewer than {ENOUGH} of either label could be had: they are judged by",
        "  the rules, with the experts as lesser voices, and the probability there is not calibrated.",
        "- Weights of DNS, registration and certificate records are judged, not learned, until the",
        "  pipeline has labelled evidence of its own.",
        "- Labels of the honest rows are dirty: some top sites are fraud themselves, which costs most at",
        "  the smallest false-positive rates.",
        "- Content goes stale within months; retrain often.",
        "",
    ]
    return "\n".join(lines)


def _outcome(bar: dict[str, Any]) -> str:
    return "reached" if bar["reached"] else "**missed**"


def _n(value: float | None) -> str:
    return "–" if value is None or math.isnan(value) else f"{value:.4f}"


def _table(head: list[str], rows: list[list[Any]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(str(cell).replace("|", "/") for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def _plots(evaluation: Evaluation, folder: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "fanzha"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6, 4))
    for task in evaluation.tasks:
        if "blind" in task.name or task.labels.min() == task.labels.max():
            continue
        order = np.argsort(-task.scores, kind="stable")
        hits = task.labels[order]
        fpr = np.cumsum(hits == 0) / (hits == 0).sum()
        axes.plot(np.maximum(fpr, 1e-5), np.cumsum(hits) / hits.sum(), label=task.name, linewidth=1)
    axes.set(
        xscale="log",
        xlim=(1e-4, 1),
        ylim=(0, 1),
        xlabel="false-positive rate",
        ylabel="true-positive rate",
    )
    axes.axvline(1e-3, color="grey", linewidth=0.5)
    axes.legend(fontsize=6)
    _write(figure, folder / "roc.svg")
    figure, axes = pyplot.subplots(figsize=(4, 4))
    axes.plot([0, 1], [0, 1], color="grey", linewidth=0.5)
    axes.plot(
        [b[1] for b in evaluation.bins], [b[2] for b in evaluation.bins], marker="o", markersize=3
    )
    axes.set(xlabel="probability said", ylabel="share of fraud seen", xlim=(0, 1), ylim=(0, 1))
    _write(figure, folder / "reliability.svg")


def _write(figure: Any, path: Path) -> None:
    from matplotlib import pyplot

    figure.tight_layout()
    figure.savefig(path, format="svg", metadata={"Date": None})
    pyplot.close(figure)
