"""Ceilings, canaries and names that must never be blocked: what stops a whole release.

A list that suddenly grows or shrinks is more often a broken feed than a wave of fraud. Over a
ceiling, a release waits for a named person; without a canary, or with a name that must never be
there, it does not go out at all.
"""

from collections.abc import Iterator

from blocklists.build import Lists
from pipeline.errors import FanzhaError
from pipeline.indicators import host_of, is_ip
from pipeline.nouns import Indicator, Json, Kind
from pipeline.settings import ReleaseSettings
from pipeline.store.decisions import Movement


class HeldError(FanzhaError):
    """A release waits for a person's approval; carriers keep the one they have."""


def why_held(
    lists: Lists, moved: Movement, previous: Json | None, chosen: ReleaseSettings
) -> str | None:
    """Which ceiling is passed, in a sentence; None where none is.

    The first release has nothing to be compared with, but the total.
    """
    total = len(lists)
    if total > chosen.max_total:
        return f"it would list {total:,} entries, over release.max_total of {chosen.max_total:,}"
    if previous is None:
        return None
    if moved.blocked > chosen.max_added:
        return f"{moved.blocked:,} blocks are new, over release.max_added of {chosen.max_added:,}"
    if moved.lifted > chosen.max_removed:
        return f"{moved.lifted:,} blocks were lifted, over release.max_removed of {chosen.max_removed:,}"
    before = sum(previous["counts"][kind.value] for kind in Kind)
    lost = before + moved.blocked - moved.lifted - moved.expired - total
    # What renewals and collapsed names make of the sum is within what was newly blocked.
    if lost - moved.blocked > chosen.max_removed:
        return (
            f"{before - total:,} of {before:,} entries would go, and decisions explain "
            f"{moved.lifted + moved.expired:,} of them: a protected list or an ALLOW covers many"
        )
    return None


def check_canaries(lists: Lists, chosen: ReleaseSettings) -> None:
    """Raise `FanzhaError` where a canary is missing, or something is blocked that must never be."""
    missing = [c for c in chosen.canaries if not is_blocked(lists, Indicator.from_key(c))]
    if missing:
        raise FanzhaError(
            f"release: {', '.join(missing)} should be listed, by release.canaries, and is not; look "
            "for what removed it, or take it out of the setting: nothing was published"
        )
    wrong = [n for n in chosen.never if is_blocked(lists, Indicator(Kind.HOST, n))]
    if wrong:
        raise FanzhaError(
            f"release: {', '.join(wrong)} would be blocked, which release.never forbids; see "
            f"`fanzha why {wrong[0]}`: nothing was published"
        )


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
