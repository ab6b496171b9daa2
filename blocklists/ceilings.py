"""Ceilings, canaries and names that must never be blocked: what stops a whole release.

A list that suddenly grows or shrinks is more often a broken feed than a wave of fraud. Over a
ceiling, a release waits for a named person; without a canary, or with a name that must never be
there, it does not go out at all.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from blocklists.build import Lists
from blocklists.ground import Movement
from pipeline.errors import FanzhaError, NotAnIndicatorError
from pipeline.indicators import host_of, is_ip, parse
from pipeline.nouns import Indicator, Kind
from pipeline.settings import ReleaseSettings


class HeldError(FanzhaError):
    """A release waits for a person's approval; carriers keep the one they have, or its relief."""


@dataclass(frozen=True, slots=True)
class Excess:
    """A ceiling that a release passes, in a sentence of each language."""

    zh: str
    en: str


def too_much_moves(moved: Movement, chosen: ReleaseSettings) -> Excess | None:
    """Which ceiling on what comes and goes is passed; None where none is."""
    ceilings = (
        (moved.added, chosen.max_added, "max_added", "新增封堵", "blocks are new"),
        (moved.lifted, chosen.max_removed, "max_removed", "解除封堵", "blocks were lifted"),
        (moved.expired, chosen.max_expired, "max_expired", "封堵到期", "blocks expired"),
    )
    for count, most, name, zh, en in ceilings:
        if count > most:
            return Excess(
                f"{zh} {count:,} 条,超过 release.{name} 的 {most:,} 条",
                f"{count:,} {en}, over release.{name} of {most:,}",
            )
    return None


def wrong_size(
    lists: Lists, moved: Movement, before: int | None, chosen: ReleaseSettings
) -> Excess | None:
    """Whether the lists are too long, or longer or shorter than decisions explain; None if neither.

    `before` is how many entries there were; the first release has nothing to be compared with, but
    the total.
    """
    total = len(lists)
    if total > chosen.max_total and total > (before or 0):
        return Excess(
            f"名单将有 {total:,} 条,超过 release.max_total 的 {chosen.max_total:,} 条",
            f"it would list {total:,} entries, over release.max_total of {chosen.max_total:,}",
        )
    if before is None:
        return None
    if total - before - moved.added > chosen.max_added:
        return Excess(
            f"名单将多出 {total - before:,} 条,其中新增封堵只有 {moved.added:,} 条:放行决定或受保护名单不再覆盖许多",
            f"{total - before:,} entries would come, and new blocks are {moved.added:,} of them: an ALLOW "
            "or a protected list no longer covers many",
        )
    lost = before + moved.added - moved.lifted - moved.expired - total
    # What collapses below a new block is within what was newly blocked.
    if lost - moved.added > chosen.max_removed:
        gone, explained = before - total, moved.lifted + moved.expired
        return Excess(
            f"{before:,} 条中将减少 {gone:,} 条,其中决定能说明的只有 {explained:,} 条:受保护名单或放行决定涉及过多",
            f"{gone:,} of {before:,} entries would go, and decisions explain {explained:,} of them: a "
            "protected list or an ALLOW covers many",
        )
    return None


def shrinking(total: int, most: int, chosen: ReleaseSettings) -> Excess | None:
    """Whether the lists are much shorter than they were lately, each step however small."""
    if most and total < most * (1 - chosen.warn_shrink):
        return Excess(
            f"名单有 {total:,} 条,七天内最多时有 {most:,} 条:请查看是否有来源中断",
            f"{total:,} entries are listed, of {most:,} at most within seven days: look whether a source "
            "has died",
        )
    return None


def check_canaries(lists: Lists, chosen: ReleaseSettings) -> None:
    """Raise `FanzhaError` where a canary is missing, or something is blocked that must never be."""
    missing = [c for c in chosen.canaries if not is_blocked(lists, _named(c, "canaries"))]
    if missing:
        raise FanzhaError(
            f"release: {', '.join(missing)} should be listed, by release.canaries, and is not; look "
            "for what removed it, or take it out of the setting: nothing was published"
        )
    wrong = [n for n in chosen.never if is_blocked(lists, _named(n, "never"))]
    if wrong:
        raise FanzhaError(
            f"release: {', '.join(wrong)} would be blocked, which release.never forbids; see "
            f"`fanzha why {wrong[0]}`: nothing was published"
        )


def _named(text: str, setting: str) -> Indicator:
    """What a setting names, however it is written: `domain:WWW.Town.example`, `银行.example`."""
    kind, _, value = text.partition(":")
    known = kind in {kind.value for kind in Kind}
    try:
        named = parse(value if known else text)
    except NotAnIndicatorError as error:
        raise FanzhaError(
            f"release: release.{setting} should name sites or numbers, and {text[:80]!r} is none "
            f"({error.reason}); mend the setting: nothing was published"
        ) from error
    return Indicator(Kind.DOMAIN, named.value) if kind == Kind.DOMAIN else named


def is_blocked(lists: Lists, indicator: Indicator) -> bool:
    """Whether an entry is the indicator, or covers it."""
    host = host_of(indicator)
    if host is None:
        return _has(lists.numbers["value"], indicator.value)
    if indicator.kind is Kind.URL and _has(lists.urls["value"], indicator.value):
        return True
    if is_ip(host):
        return _has(lists.addresses["value"], host)
    labels = host.split(".")
    for name in (".".join(labels[n:]) for n in range(len(labels))):
        if name in lists.exceptions:
            return False
        for kind in _scopes(lists, name):
            if kind is Kind.DOMAIN or (name == host and indicator.kind is not Kind.DOMAIN):
                return True
    return False


def _scopes(lists: Lists, name: str) -> Iterator[Kind]:
    keys = lists.names["value"]
    at = keys.index(name.encode()).as_py()
    if at >= 0:
        yield Kind(lists.names["kind"][at].as_py())


def _has(values: object, value: str) -> bool:
    return bool(values.index(value.encode()).as_py() >= 0)  # type: ignore[attr-defined]
