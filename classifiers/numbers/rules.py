"""Rules over call features, as data: what counts against a number, what for it, and in what words.

The model weighs; the rules say in one sentence what several features mean together.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.nouns import Reason

VERSION = "number-rules@2"


@dataclass(frozen=True, slots=True)
class Rule:
    """A sentence that holds when every bound holds; a feature that is unknown meets no bound."""

    id: str
    weight: float
    """Log-odds of fraud: positive against the number, negative for it."""
    bounds: tuple[tuple[str, str, float], ...]
    """(feature, ">=" or "<", value)."""
    zh: str
    en: str

    def holds(self, features: Mapping[str, float | None]) -> bool:
        for name, relation, bound in self.bounds:
            value = features.get(name)
            if value is None or (value >= bound) != (relation == ">="):
                return False
        return True


RULES: tuple[Rule, ...] = (
    Rule(
        "mass-strangers", 2.6,
        (("calls_per_day", ">=", 30), ("once_share", ">=", 0.9), ("callback_rate", "<", 0.05)),
        "大量拨打陌生号码且几乎无人回拨", "calls many strangers, and hardly anybody calls back",
    ),
    Rule(
        "unanswered", 0.9, (("calls_per_day", ">=", 20), ("answer_rate", "<", 0.4)),
        "呼出多数无人接听", "most of its calls are not answered",
    ),
    Rule(
        "hooked", 0.8,
        (("calls_per_day", ">=", 20), ("median_seconds", "<", 30), ("long_share", ">=", 0.01)),
        "多数通话很短而少数极长", "most calls are very short and a few very long",
    ),
    Rule(
        "young", 1.2, (("tenure_days", "<", 7), ("calls_per_day", ">=", 20)),
        "新开卡即高频外呼", "a card of less than a week that calls a lot",
    ),
    Rule(
        "woken", 1.6, (("silent_days", ">=", 20), ("calls_per_day", ">=", 30)),
        "长期静默后突然高频外呼", "called a lot after a long silence",
    ),
    Rule(
        "shared-device", 2.0, (("sims_per_imei", ">=", 3),),
        "同一终端轮换多张卡", "several numbers take turns in its device",
    ),
    Rule(
        "gateway", 2.2, (("gateway_share", ">=", 0.5),),
        "由GoIP网关或猫池发起呼叫", "its calls come from a GoIP gateway or modem pool",
    ),
    Rule(
        "gang-cell", 1.3, (("cell_sync", ">=", 4), ("callback_rate", "<", 0.05)),
        "同一小区多个号码同步外呼", "several numbers of one cell began calling together",
    ),
    Rule(
        "many-cards", 0.8, (("numbers_per_identity", ">=", 5), ("calls_per_day", ">=", 20)),
        "同一证件名下多卡且高频外呼", "one of many cards of one identity, and calls a lot",
    ),
    Rule(
        "bad-batch", 1.0, (("batch_heavy", ">=", 4), ("tenure_days", "<", 400)),
        "同批次开卡多个号码高频外呼", "several cards of its batch call a lot",
    ),
    Rule(
        "spoofed", 3.5, (("is_spoofed", ">=", 1), ("calls_per_day", ">=", 5)),
        "境外来话冒用境内号码,被冒用者不受影响",
        "comes from abroad showing a domestic number, whose owner is not to blame",
    ),
    Rule(
        "lookalike", 3.5, (("is_lookalike", ">=", 1),),
        "仿冒客服短号", "imitates a service number",
    ),
    Rule(
        "shared-victims", 1.2, (("victim_overlap", ">=", 3), ("callback_rate", "<", 0.05)),
        "多名被叫也接到过已确认涉诈号码的来电", "works off the same people as confirmed numbers",
    ),
    Rule(
        "complaints", 1.5, (("complaint_reporters", ">=", 2), ("complaint_heat", ">=", 0.1)),
        "近期有多人举报", "several people complained lately",
    ),
    Rule(
        "moves", -1.6, (("cells", ">=", 10), ("callback_rate", ">=", 0.06)),
        "活动范围广且常有人回拨,符合快递、出行行业特征",
        "moves a lot and is called back, as couriers and drivers are",
    ),
    Rule(
        "called", -1.5, (("stranger_callers", ">=", 3),),
        "常有人主动来电", "people call it unasked",
    ),
    Rule(
        "known-people", -1.5, (("callback_rate", ">=", 0.15),),
        "通话对象多有往来", "those it calls also call it",
    ),
    Rule(
        "organisation", -1.5, (("is_organisation", ">=", 1),),
        "机构服务号码", "an organisation's service number",
    ),
    Rule(
        "long-standing", -1.0, (("tenure_days", ">=", 730), ("silent_days", "<", 20)),
        "长期正常在网", "in use for years without a break",
    ),
)  # fmt: skip


def apply_rules(features: Mapping[str, float | None]) -> list[Reason]:
    """The rules that hold, the weightiest first."""
    held = [rule for rule in RULES if rule.holds(features)]
    held.sort(key=lambda rule: -abs(rule.weight))
    return [
        Reason(f"number.{rule.id}", rule.weight, rule.zh, rule.en, _extract(rule, features))
        for rule in held
    ]


def _extract(rule: Rule, features: Mapping[str, float | None]) -> str:
    return ", ".join(f"{name}={features[name]:.4g}" for name, *_ in rule.bounds)
