"""Rules as data: the registry of `rules.toml`, and what they make of one site."""

import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from classifiers.domains.sign import Sign
from classifiers.domains.signs import SIGNS
from classifiers.domains.site import Site
from pipeline.errors import FanzhaError
from pipeline.nouns import Reason


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it weighs in the log-odds of fraud, and what it says in two languages."""

    id: str
    sign: str
    weight: float
    zh: str
    en: str

    def reason(self, sign: Sign) -> Reason:
        """The reason that a sign gives under this rule."""
        return Reason(
            id=self.id,
            weight=round(self.weight * sign.strength, 4),
            zh=self.zh.format(*sign.words),
            en=self.en.format(*sign.words_en or sign.words),
            extract=sign.extract[:200],
        )


@dataclass(frozen=True, slots=True)
class RuleSet:
    version: int
    bias: float
    rules: tuple[Rule, ...]

    @property
    def name(self) -> str:
        return f"site-rules@{self.version}"


def read_rules(path: Path) -> RuleSet:
    """A rule set from TOML. Raises `FanzhaError` for a sign that does not exist or an id used twice."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    rules = tuple(Rule(**rule) for rule in raw["rule"])
    unknown = sorted({rule.sign for rule in rules} - SIGNS.keys())
    if unknown:
        raise FanzhaError(
            f"{path.name}: expected signs of classifiers/domains/signs.py, got {', '.join(unknown)}; "
            "write the sign or take the rule out"
        )
    if len({rule.id for rule in rules}) < len(rules):
        raise FanzhaError(f"{path.name}: expected every rule id once; rename the one that repeats")
    return RuleSet(raw["version"], raw["bias"], rules)


@lru_cache(maxsize=1)
def rule_set() -> RuleSet:
    """The rules that ship; read on first use."""
    return read_rules(Path(__file__).parent / "rules.toml")


def reasons_of(site: Site, rules: RuleSet) -> list[Reason]:
    """What the rules say about a site, the weightiest first."""
    found = [
        rule.reason(sign) for rule in rules.rules if (sign := SIGNS[rule.sign](site)) is not None
    ]
    return sorted(found, key=lambda reason: (-abs(reason.weight), reason.id))


def log_odds(reasons: Sequence[Reason], rules: RuleSet) -> float:
    """The log-odds of fraud that reasons add up to."""
    return rules.bias + sum(reason.weight for reason in reasons)


def logistic(log_odds: float) -> float:
    """Log-odds as a probability."""
    return 1 / (1 + math.exp(-max(min(log_odds, 40.0), -40.0)))
