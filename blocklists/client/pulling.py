"""One pull, from asking the source to sending the receipt; every doubt ends with the last good copy.

ask → verify signature, age, serial and chain → weigh the shrinking → delta or full file →
verify hashes → switch → reload → receipt
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path

from . import trust
from .copies import LocalCopy
from .enforcing import Enforcement, send_receipt
from .refusals import Code, PullError
from .source import MissingError, Source
from .staging import INDEX, SIGNATURE, Step, stage
from .trust import Index, Listed, PublicKey

FEW = 50
"""Lists with fewer entries may shrink freely: a share of little says nothing."""
UNWEIGHED = frozenset(
    {"hot-zone", "hot-csv", "hot-jsonl", "passthru-zone", "exceptions", "removed"}
)
"""Formats that may shrink freely: HOT is emptied whenever BASE or the full files are written anew, and
fewer exceptions spare fewer names. BASE and the whole lists are weighed."""
LONGEST_CHAIN = 2016
"""Links that are walked back to the release we have: a week at five minutes."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to pull, where to, and what to do with it."""

    source: Source
    keys: tuple[PublicKey, ...]
    folder: Path
    files: tuple[str, ...]
    """Patterns of file names."""
    enforcement: Enforcement
    max_shrink: float = 0.2
    """Share of its entries that a list may lose from one pull to the next."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """How a pull ended, where nothing was refused."""

    serial: int
    changed: bool
    files: int
    by_delta: int
    """Files that were made by a delta, of those that changed."""
    fetched: int
    """Files that were fetched whole."""
    notes: tuple[str, ...] = ()


def pull(order: Order, *, now: Callable[[], datetime]) -> Pulled:
    """Bring the copy to the newest release. Raises `PullError`; the last good copy then stays."""
    order.source.check()
    copy = LocalCopy(order.folder)
    with copy.locked():
        former = copy.enforced()
        try:
            return _pull(order, copy, former, now)
        except PullError as error:
            if error.code is Code.UNREACHABLE and former and former.expires <= now():
                age = f"the copy here expired at {former.expires:%Y-%m-%d %H:%M} UTC"
                raise PullError(Code.STALE, f"{error}; and {age}") from error
            raise


def _pull(
    order: Order, copy: LocalCopy, former: Index | None, now: Callable[[], datetime]
) -> Pulled:
    notes: list[str] = []
    send_receipt(order.source, copy, notes)
    index, signature = _newest(order, copy, now())
    chosen = _chosen(order, index)
    made = fetched = 0
    if not copy.holds(index, chosen.values()):
        notes += _check_chain(order.source, copy, index)
        _check_shrinking(order, former, chosen)
        step = Step(order.source, copy, former, index)
        made, fetched = stage(step, signature, chosen.values())
        copy.remember(serial=index.serial, sha256=index.sha256)
    elif copy.state().enforced == index.serial:
        return Pulled(index.serial, False, len(chosen), 0, 0, tuple(notes))
    order.enforcement.enforce(copy, former, index)
    copy.remember(enforced=index.serial)
    receipt = order.enforcement.receipt(index, chosen.values(), now())
    copy.remember(receipt=receipt)
    send_receipt(order.source, copy, notes)
    copy.forget_others(index.serial, *([former.serial] if former else []))
    return Pulled(index.serial, True, len(chosen), made, fetched, tuple(notes))


def _newest(order: Order, copy: LocalCopy, now: datetime) -> tuple[Index, bytes]:
    source = order.source
    try:
        raw = source.read(f"/v1/latest/{INDEX}", limit=trust.MAX_INDEX)
        claimed = trust.read_index(raw).serial
        # By serial: between the two requests `latest` may have moved on.
        signature = source.read(f"/v1/releases/{claimed}/{SIGNATURE}", limit=10_000)
    except MissingError as error:
        raise PullError(Code.UNREACHABLE, f"the source has no signed release: {error}") from error
    trust.verify_signature(order.keys, raw, signature)
    index = trust.read_index(raw)
    state = copy.state()
    trust.check_not_older(index, serial=state.serial, sha256=state.sha256)
    trust.check_age(index, now=now)
    return index, signature


def _chosen(order: Order, index: Index) -> dict[str, Listed]:
    chosen = {
        name: listed
        for name, listed in index.files.items()
        if any(_matches(name, pattern) for pattern in order.files)
    }
    if not chosen:
        raise PullError(
            Code.USAGE,
            f"no file of release {index.serial} matches {' '.join(order.files)}; it has: "
            f"{' '.join(sorted(index.files))}",
        )
    return chosen


def _matches(name: str, pattern: str) -> bool:
    """Whether a file is meant; a `*` stays within a folder, since other carriers have folders too."""
    parts, wanted = name.split("/"), pattern.split("/")
    return len(parts) == len(wanted) and all(map(fnmatchcase, parts, wanted))


def _check_chain(source: Source, copy: LocalCopy, index: Index) -> list[str]:
    """Walk the hash chain back from a release to the one we had. Raises `PullError` at a break."""
    state = copy.state()
    if state.serial in (0, index.serial):
        return []
    link = index.previous
    for _ in range(LONGEST_CHAIN):
        if link is None or link[0] < state.serial:
            break
        serial, sha256 = link
        if serial == state.serial:
            if sha256 != state.sha256:
                break
            return []
        try:
            raw = source.read(f"/v1/releases/{serial}/{INDEX}", limit=trust.MAX_INDEX)
        except MissingError:
            return [f"the chain was walked back to {serial}; older releases are no longer offered"]
        if hashlib.sha256(raw).hexdigest() != sha256:
            raise PullError(
                Code.REFUSED,
                f"release {serial} is not the one that its successor names: the hash chain is broken",
            )
        link = trust.read_index(raw).previous
    else:
        return [f"the chain was walked {LONGEST_CHAIN} releases back and not to its end"]
    raise PullError(
        Code.REFUSED,
        f"the hash chain of release {index.serial} does not lead to the release {state.serial} that was"
        " here before: a fork; tell the publisher",
    )


def _check_shrinking(order: Order, former: Index | None, chosen: Mapping[str, Listed]) -> None:
    for name, listed in chosen.items():
        old = former.files.get(name) if former else None
        if old is None or old.entries < FEW or listed.format in UNWEIGHED:
            continue
        if listed.entries < old.entries * (1 - order.max_shrink):
            raise PullError(
                Code.SHRINKING,
                f"{name} would shrink from {old.entries} to {listed.entries} entries; if the publisher"
                " confirms it, pull once with --max-shrink 1",
            )
