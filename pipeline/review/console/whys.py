"""The policy's sentences about why an item waits, in Chinese; the policy itself writes English."""

import re

_SENTENCES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), chinese)
    for pattern, chinese in (
        (r"cannot be listed \((.+?)\): (.+)", r"不得列入名单（\1）：\2"),
        (
            r"a legitimate site that was broken into: one page at most, and its owner is told",
            "正常网站遭入侵：最多封堵该网页，并通知其所有者",
        ),
        (r"the verdict is not sure", "研判不确定"),
        (r"probability ([\d.]+) is below ([\d.]+) for a block", r"概率 \1 低于封堵阈值 \2"),
        (r"(.+); (\d+) independent ones are needed", r"\1；须有 \2 个独立来源"),
        (r"it has been registered since ([\d-]+)", r"自 \1 起已注册"),
        (r"is listed, and looks clean now", "已在名单，现看似正常"),
        (r"(.+) reports it, and it looks clean", r"\1 举报，但看似正常"),
        (r"looks like fraud, though (\S+) decided (\w+)", r"看似涉诈，但 \1 曾决定 \2"),
    )
)

_PARTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(\d+) independent reporters?"), r"\1 个独立举报"),
    (re.compile(r" who weigh ([\d.]+)"), r"（权重 \1）"),
    (re.compile(r"(\d+) people complained of it to the carrier"), r"\1 人向运营商投诉"),
    (re.compile(r"reported by "), "举报来源："),
)


def in_chinese(text: str) -> str:
    """A sentence of the policy in Chinese; one that is not known stays as it is."""
    for pattern, chinese in _SENTENCES:
        if pattern.fullmatch(text):
            text = pattern.sub(chinese, text)
            break
    for pattern, chinese in _PARTS:
        text = pattern.sub(chinese, text)
    return text
