"""Why a machine left something to a person, or decided it: a sentence by id, in two languages.

Whoever asks for a person says `why("below", probability="0.871", threshold="0.95")`; the console
says it in the reader's language, and the queue can be asked for all that wait for one reason. The
English sentence is what stands in a decision; `recognise` finds id and arguments in it again.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from string import Formatter

from pipeline.nouns import Json


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with `{names}` in it, and what it is called where one chooses among several."""

    zh: str
    en: str
    name_zh: str = ""
    name_en: str = ""


QUEUE: dict[str, Sentence] = {
    "uncorroborated": Sentence(
        "{who}；须有 {voices} 个独立来源",
        "{who}; {voices} independent ones are needed",
        "举报来源不足",
        "Too few voices",
    ),
    "below": Sentence(
        "概率 {probability} 低于封堵阈值 {threshold}",
        "probability {probability} is below {threshold} for a block",
        "概率低于阈值",
        "Probability below the threshold",
    ),
    "not-sure": Sentence("研判不确定", "the verdict is not sure", "研判不确定", "Verdict not sure"),
    "protected": Sentence(
        "不得列入名单（{rule}）：{reason_zh}",
        "cannot be listed ({rule}): {reason_en}",
        "受保护",
        "Cannot be listed",
    ),
    "broken-into": Sentence(
        "正常网站遭入侵：最多封堵该网页，并通知其所有者",
        "a legitimate site that was broken into: one page at most, and its owner is told",
        "正常网站遭入侵",
        "Broken into",
    ),
    "registered": Sentence(
        "自 {date} 起已注册",
        "it has been registered since {date}",
        "注册多年",
        "Registered for years",
    ),
    "ranked": Sentence(
        "访问量排名第 {rank} 位", "it is ranked {rank} by traffic", "访问量大", "Ranked by traffic"
    ),
    "overrules": Sentence(
        "看似涉诈，但 {actor} 曾决定{action_zh}",
        "looks like fraud, though {actor} decided {action_en}",
        "与人工决定矛盾",
        "Contradicts a person",
    ),
    "reported-anew": Sentence(
        "{date} 的封堵到期后再被举报，此后未见呼出",
        "reported anew after its block of {date} ran out; it has not called since",
        "封堵到期后再被举报",
        "Reported after its block ran out",
    ),
    "verified": Sentence(
        "已当面实名核验（{evidence}），但 {actor} 曾决定封堵",
        "verified in person ({evidence}), though {actor} blocked it",
        "已核验但仍被封堵",
        "Verified, and still blocked",
    ),
    "spoofed": Sentence(
        "已在名单，但 {date} 被他人冒用：机主或为受害者",
        "is listed, and others showed it on {date}: its owner may be a victim",
        "被冒用的号码已在名单",
        "Listed while others show it",
    ),
    "listed-clean": Sentence(
        "已在名单，现看似正常",
        "is listed, and looks clean now",
        "已列名单但看似正常",
        "Listed, looks clean",
    ),
    "reported-clean": Sentence(
        "{sources} 举报，但看似正常",
        "{sources} reports it, and it looks clean",
        "可信来源举报但看似正常",
        "Trusted report, looks clean",
    ),
    "family": Sentence(
        "与已确认的诈骗网站 {name} 同属一族：共用 {by}",
        "same family as {name}, confirmed as fraud: shared {by}",
        "与已确认诈骗同族",
        "Family of confirmed fraud",
    ),
    "family-through": Sentence(
        "与已确认的诈骗网站 {name} 间接关联：与同族的 {neighbour} 共用 {by}",
        "tied to {name}, confirmed as fraud, through {neighbour}: shares {by} with it",
        "与已确认诈骗间接关联",
        "Tied to confirmed fraud through another",
    ),
    "complained-of": Sentence(
        "{count} 人投诉（其中 {credible} 人此前属实），通话行为尚未定性",
        "{count} people complained, {credible} of them right before; its calls decide nothing yet",
        "多人投诉",
        "Complained of",
    ),
    "notified": Sentence(
        "行业黑名单通报：{parties}",
        "on the industry's list: {parties}",
        "行业黑名单",
        "On the industry's list",
    ),
    "linked": Sentence(
        "{what_zh}（共 {group} 个号码）",
        "{what_en} ({group} numbers)",
        "与已确认号码关联",
        "Linked to a confirmed number",
    ),
    "points-lower": Sentence(
        "模型判为 {probability}，积分为“{grade_zh}”",
        "the model says {probability}, the points say {grade_en}",
        "积分低于模型",
        "Points below the model",
    ),
    "points-higher": Sentence(
        "积分为“{grade_zh}”，模型判为 {probability}",
        "the points say {grade_en}, the model says {probability}",
        "积分高于模型",
        "Points above the model",
    ),
    "no-machine": Sentence(
        "机器无法处理（{error}）",
        "no machine could work on it ({error})",
        "机器无法处理",
        "No machine could work on it",
    ),
}
"""Why something waits for a person; the queue can be filtered by these."""

DECIDED: dict[str, Sentence] = {
    "blocked": Sentence(
        "{model} 判为涉诈的概率 {probability}；{who}", "probability {probability} of {model}; {who}"
    ),
    "new-owner": Sentence(
        "列入名单后被重新注册；新的所有者从头开始",
        "it was registered anew after it was listed; its new owner starts clean",
    ),
    "nothing-answers": Sentence(
        "无法访问；{model} 给出的概率 {probability}",
        "nothing answers there; probability {probability} of {model}",
    ),
    "parked": Sentence(
        "域名停放；{model} 给出的概率 {probability}",
        "it is parked; probability {probability} of {model}",
    ),
    "honest": Sentence(
        "看似正常；{model} 给出的概率 {probability}",
        "it looks honest; probability {probability} of {model}",
    ),
    "little-known": Sentence(
        "所知甚少；{model} 给出的概率 {probability}",
        "too little is known; probability {probability} of {model}",
    ),
}
"""Why a machine decided by itself."""

WHO: dict[str, Sentence] = {
    "complained": Sentence(
        "{count} 人向运营商投诉", "{count} people complained of it to the carrier"
    ),
    "trusted": Sentence("举报来源：{sources}", "reported by {sources}"),
    "one": Sentence("1 个独立举报", "1 independent reporter"),
    "several": Sentence("{count} 个独立举报", "{count} independent reporters"),
    "one-weighed": Sentence(
        "1 个独立举报（权重 {weight}）", "1 independent reporter who weighs {weight}"
    ),
    "several-weighed": Sentence(
        "{count} 个独立举报（权重 {weight}）", "{count} independent reporters who weigh {weight}"
    ),
}
"""Who reported it: the `{who}` of other sentences."""

SENTENCES: dict[str, Sentence] = {**QUEUE, **DECIDED, **WHO, "plain": Sentence("{text}", "{text}")}
"""Every sentence by its id. `plain` is a text that somebody wrote, the same in both languages."""


@dataclass(frozen=True, slots=True)
class Why:
    """A sentence of `SENTENCES` and what stands in it: texts, or further sentences."""

    id: str
    args: tuple[tuple[str, "str | Why"], ...] = ()

    def __str__(self) -> str:
        return self.told("en")

    def told(self, language: str) -> str:
        """The sentence in `zh` or `en`."""
        sentence = SENTENCES[self.id]
        known = {n: v.told(language) if isinstance(v, Why) else v for n, v in self.args}
        # A decision that was read back knows one language of what it quotes.
        known |= {f"{n[:-3]}_zh": v for n, v in known.items() if n.endswith("_en")} | known
        return (sentence.zh if language == "zh" else sentence.en).format(**known)

    def as_json(self) -> Json:
        """The arguments as JSON; a sentence within is `{"id", "args"}`."""
        return {
            n: {"id": v.id, "args": v.as_json()} if isinstance(v, Why) else v for n, v in self.args
        }


def why(id: str, **args: "str | int | Why") -> Why:
    """A sentence by its id. Raises `KeyError` where there is none, or an argument is missing."""
    made = Why(id, tuple((n, v if isinstance(v, Why) else str(v)) for n, v in args.items()))
    for language in ("zh", "en"):
        made.told(language)
    return made


def from_json(id: str, args: Mapping[str, Json]) -> Why:
    """A sentence as the store keeps it."""
    return Why(
        id,
        tuple(
            (n, from_json(v["id"], v["args"]) if isinstance(v, dict) else v)
            for n, v in args.items()
        ),
    )


def recognise(text: str) -> Why:
    """The sentence that an English text is; `plain` where it is none of ours."""
    for id_, pattern in _patterns():
        found = pattern.fullmatch(text)
        if found is None:
            continue
        args: dict[str, str | Why] = dict(found.groupdict())
        if "who" in args:
            who = recognise(str(args["who"]))
            args["who"] = who if who.id in WHO else args["who"]
        return Why(id_, tuple(args.items()))
    return Why("plain", (("text", text),))


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (id_, re.compile("".join(_parts(sentence.en)), re.DOTALL))
        for id_, sentence in SENTENCES.items()
        if id_ != "plain"
    )


def _parts(template: str) -> Iterator[str]:
    for before, name, _, _ in Formatter().parse(template):
        yield re.escape(before)
        if name is not None:
            yield f"(?P<{name}>.+?)"
