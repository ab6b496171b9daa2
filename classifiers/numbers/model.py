"""A number model: features → calibrated probability and reasons, young and mature cards apart."""

import gzip
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from classifiers.bounds import CONFIDENCE, clopper_pearson
from classifiers.numbers.features.catalogue import FEATURES
from classifiers.numbers.members import Flags, Floats, Member, from_json
from pipeline.call_features import title
from pipeline.errors import FanzhaError
from pipeline.nouns import Reason

FORMAT = "fanzha-number-model@1"
YOUNG_DAYS = 7.0
"""A card younger than this has another ordinary behaviour: it is judged by a model of its own."""
SHIPPED = Path(__file__).parent / "models" / "numbers.json.gz"
REASONS = 6
LEAST_WEIGHT = 0.1
"""Contributions to the log-odds below this are not worth a sentence."""


@dataclass(frozen=True, slots=True)
class Part:
    """The members for one group of cards, and the calibration of their mean log-odds."""

    members: tuple[tuple[float, Member], ...]
    """(weight, member)."""
    slope: float
    intercept: float

    def log_odds(self, x: Floats) -> Floats:
        total = np.sum([w * m.log_odds(x) for w, m in self.members], axis=0)
        return np.asarray(self.slope * total + self.intercept, np.float64)

    def contributions(self, x: Floats) -> Floats:
        total = np.sum([w * m.contributions(x) for w, m in self.members], axis=0)
        return np.asarray(self.slope * total, np.float64)


@dataclass(frozen=True, slots=True)
class NumberModel:
    """A trained model, immutable. `parts` has `mature`, and `young` where cards' ages are known."""

    name: str
    features: tuple[str, ...]
    parts: Mapping[str, Part]
    thresholds: Mapping[str, float]
    """`list` and `review`: probabilities whose false-positive rate was bounded; see the card."""
    card: Mapping[str, Any]

    @property
    def warnings(self) -> Mapping[str, str]:
        """Threshold → what must be said aloud of it: a rate that its honest rows cannot support."""
        bound = self.card.get("thresholds", {})
        honest = int(bound.get("honest_rows", 0))
        best = clopper_pearson(0, honest, confidence=bound.get("confidence", CONFIDENCE))
        return {
            name: f"{name}: asked for a false-positive rate of {asked:g}, but {honest:,} honest rows "
            f"support only {best:.2g} (95 % upper bound)"
            for name, asked in bound.get("rates", {"list": 0.0}).items()
            if best > asked
        }

    def matrix(self, rows: Sequence[Mapping[str, float | None]]) -> Floats:
        """Rows of features as a matrix in the model's order; what is missing is NaN."""
        return np.array(
            [[np.nan if (v := row.get(n)) is None else v for n in self.features] for row in rows],
            np.float64,
        ).reshape(len(rows), len(self.features))

    def groups(self, x: Floats) -> Flags:
        """Which rows are of young cards."""
        if "young" not in self.parts:
            return np.zeros(len(x), np.bool_)
        with np.errstate(invalid="ignore"):
            return np.asarray(x[:, self.features.index("tenure_days")] < YOUNG_DAYS, np.bool_)

    def probabilities(self, x: Floats) -> Floats:
        """Calibrated probability of fraud of each row."""
        return np.asarray(1 / (1 + np.exp(-self._each(x, "log_odds", 1)[:, 0])), np.float64)

    def contributions(self, x: Floats) -> Floats:
        """What each feature adds to each row's log-odds, after calibration."""
        return self._each(x, "contributions", len(self.features))

    def _each(self, x: Floats, what: str, width: int) -> Floats:
        young = self.groups(x)
        out = np.empty((len(x), width))
        for name, rows in (("young", young), ("mature", ~young)):
            if rows.any():
                found = getattr(self.parts[name], what)(x[rows])
                out[rows] = np.asarray(found).reshape(-1, width)
        return out

    def reasons(self, x: Floats) -> list[tuple[Reason, ...]]:
        """The weightiest contributions of each row as sentences, largest first."""
        weights = self.contributions(x)
        order = np.argsort(-np.abs(weights), axis=1)[:, :REASONS]
        return [
            tuple(
                _sentence(self.features[n], float(weights[row, n]), float(x[row, n]))
                for n in order[row]
                if abs(weights[row, n]) >= LEAST_WEIGHT
            )
            for row in range(len(x))
        ]


def _sentence(name: str, weight: float, value: float) -> Reason:
    feature = FEATURES.get(name)
    unknown = np.isnan(value)
    if feature is None or unknown:
        zh = f"{title(name, 'zh')}:{'不详' if unknown else f'{value:.4g}'}"
        en = f"{title(name, 'en')}: {'not known' if unknown else f'{value:.4g}'}"
    else:
        text = f"{value:.0%}" if feature.unit == "share" else f"{value:.4g}"
        zh, en = feature.zh.format(value=text), feature.en.format(value=text)
        if feature.unit == "0/1" and value == 0:
            zh, en = f"否:{zh}", f"not so: {en}"
    return Reason(
        f"number.{name}", round(weight, 3), zh, en, "" if unknown else f"{name}={value:.4g}"
    )


def save(model: NumberModel, path: Path) -> None:
    """Write a model as one gzipped JSON; the same model gives the same bytes."""
    content = {
        "format": FORMAT,
        "name": model.name,
        "features": list(model.features),
        "parts": {
            name: {
                "slope": part.slope,
                "intercept": part.intercept,
                "members": [[weight, member.to_json()] for weight, member in part.members],
            }
            for name, part in model.parts.items()
        },
        "thresholds": dict(model.thresholds),
        "card": dict(model.card),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    data = json.dumps(content, ensure_ascii=False, sort_keys=True).encode()
    path.write_bytes(gzip.compress(data, 9, mtime=0))


def load(path: Path) -> NumberModel:
    """Read a model; runs no code. Raises `FanzhaError` where the file is no such model."""
    try:
        raw = path.read_bytes()
        content = json.loads(gzip.decompress(raw))
        if content.get("format") != FORMAT:
            raise ValueError(f"format {content.get('format')!r}")
        parts = {
            name: Part(
                tuple((float(w), from_json(member)) for w, member in part["members"]),
                float(part["slope"]),
                float(part["intercept"]),
            )
            for name, part in content["parts"].items()
        }
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise FanzhaError(
            f"{path}: expected a number model ({FORMAT}, gzipped JSON), and it cannot be read "
            f"({error}); train one with `fanzha train numbers --out {path}`"
        ) from error
    return NumberModel(
        f"{content['name']}+{hashlib.sha256(raw).hexdigest()[:8]}",
        tuple(content["features"]),
        parts,
        content["thresholds"],
        content["card"],
    )


@cache
def shipped() -> NumberModel:
    """The model that comes with Fanzha, trained on the simulator's own seeds."""
    return load(SHIPPED)
