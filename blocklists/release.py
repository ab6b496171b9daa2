"""Entries → a release: an immutable, numbered directory with a signed index, switched in at once.

    <releases>/41/…                 the release before
    <releases>/42/index.json        serial, time, expiry, chain, and every file with its sha256
    <releases>/42/index.json.minisig
    <releases>/42/domains.txt  .gz  .zst  .delta  …
    <releases>/latest -> 42

`write` is a function of the lists, the serial and the release before: called again, on any machine,
it gives the same bytes.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa

from blocklists import files
from blocklists.build import Built, Lists
from blocklists.changed import changed_since
from blocklists.draft import Before, Draft
from blocklists.formats import FORMATS, Answer, Format, Head, Reasons
from blocklists.profiles import changed_for_carrier, for_carrier
from blocklists.shelf import INDEX, SIGNATURE, read_index
from blocklists.table import SCHEMA
from blocklists.tombstones import tombstones
from pipeline.errors import FanzhaError
from pipeline.nouns import Json, Kind, Release, canonical_json, digest
from pipeline.settings import CarrierSettings, Settings
from pipeline.signatures import Signer

FORMAT = "fanzha-release/1"
PUBLIC_KEY = "minisign.pub"


def content_of(built: Built) -> str:
    """A digest of what is listed: the same for two releases between which nothing has changed."""
    hasher = hashlib.sha256()
    for table in (*built.lists.tables(), built.lists.covered):
        for ids in table["decision"].chunks:
            whole = memoryview(ids.buffers()[1])
            hasher.update(whole[ids.offset * 32 : (ids.offset + len(ids)) * 32])
        hasher.update(b"/")
    hasher.update(" ".join(built.lists.exceptions).encode())
    return hasher.hexdigest()


def is_due(built: Built, *, directory: Path, now: datetime) -> bool:
    """Whether a new release is to be made: something changed, or the last has lived half its life.

    One from the future, by a clock that was wrong, is refused by every carrier.
    """
    latest = read_index(directory / "latest")
    if latest is None or latest["content"] != content_of(built):
        return True
    at, expires = (datetime.fromisoformat(latest[key]) for key in ("at", "expires"))
    return now < at or now >= at + (expires - at) / 2


def write(
    built: Built,
    *,
    release: Release,
    directory: Path,
    settings: Settings,
    removed: Callable[[], pa.Table] | None = None,
    reasons: Reasons | None = None,
) -> str:
    """Write a release and make it the latest; returns the sha256 of its index.

    `release` is reserved: its serial, time, cut and previous hash are fixed. A directory of that
    serial which a killed run has finished is taken as it is. `removed` gives the tombstones, and
    `reasons` what the public may know; both are asked only where full files are written.
    Raises `FanzhaError` where it cannot be written whole; `latest` is untouched then.
    """
    target = directory / str(release.serial)
    index = read_index(target)
    if index is None:
        before = _before(release, directory)
        with files.draft(directory, release.serial) as draft:
            _fill(
                draft, built, release, before=before, settings=settings, removed=removed,
                reasons=reasons,
            )  # fmt: skip
            files.settle(draft, target)
    elif (index["cut"], index["at"]) != (release.cut, release.at.isoformat()):
        raise FanzhaError(
            f"release {release.serial}: {target} is there already, of another build; restore the "
            "database that belongs to it or, if that is lost, go on from here by `fanzha release adopt`"
        )
    try:
        files.switch(directory, release.serial)
    except OSError as error:
        raise FanzhaError(
            f"release {release.serial}: `latest` in {directory} cannot be switched ({error.strerror}); "
            "mend the rights and run it again"
        ) from error
    return hashlib.sha256((target / INDEX).read_bytes()).hexdigest()


def _before(release: Release, directory: Path) -> Before | None:
    """The release that this one follows; None for the first, and where it is no longer on disk."""
    folder = directory / str(release.serial - 1)
    index = read_index(folder)
    if release.previous is None or index is None:
        return None
    found = hashlib.sha256((folder / INDEX).read_bytes()).hexdigest()
    if found != release.previous:
        raise FanzhaError(
            f"release {release.serial}: the index in {folder} is not the one that was published "
            f"(sha256 {found[:12]}…, expected {release.previous[:12]}…); restore the folder"
        )
    return Before(folder, index)


def _fill(
    draft: Path,
    built: Built,
    release: Release,
    *,
    before: Before | None,
    settings: Settings,
    removed: Callable[[], pa.Table] | None,
    reasons: Reasons | None,
) -> None:
    chosen = settings.release
    full = before is None or (
        len(built.lists) <= chosen.small
        or release.at - _at(before.index, "full") >= timedelta(minutes=chosen.full_minutes)
        or before.index["profiles"] != _profiles(settings)
    )
    head = Head(
        serial=release.serial,
        at=release.at,
        ttl=chosen.ttl,
        changed=None
        if full or before is None
        else changed_since(before.folder, built.lists, at=release.at),
        removed=_tombstones(before, built.lists, release, settings, removed) if full else None,
        never_calling=chosen.never_calling,
        false_prefixes=chosen.false_prefixes,
        reasons=reasons,
    )
    shelf = Draft(draft, release, before, full=full, base_life=chosen.base_hours)
    items = shelf.fill("", built.lists, head, FORMATS, hot_limit=chosen.hot_limit)
    for name, carrier in sorted(chosen.carriers.items()):
        lists = for_carrier(built.lists, carrier)
        own = replace(head, answer=Answer(carrier.answer), page=carrier.page)
        own = replace(own, changed=changed_for_carrier(head.changed, carrier))
        if carrier.cap is not None:
            uncapped = for_carrier(built.lists, carrier.model_copy(update={"cap": None}))
            own = replace(own, uncapped=uncapped.names)
        formats = _formats_of(name, carrier)
        items += shelf.fill(f"{name}/", lists, own, formats, hot_limit=chosen.hot_limit)
    signer = Signer.from_file(settings.release_key)
    index = {
        "format": FORMAT,
        "serial": release.serial,
        "at": release.at.isoformat(),
        "expires": (release.at + timedelta(hours=chosen.life_hours)).isoformat(),
        "cut": release.cut,
        "relief": _relief(release),
        "previous": {"serial": release.serial - 1, "sha256": release.previous}
        if release.previous
        else None,
        "content": content_of(built),
        "full": {"serial": release.serial, "at": release.at.isoformat()}
        if full or before is None
        else before.index["full"],
        "profiles": _profiles(settings),
        "counts": _counts(built.lists),
        "files": items,
    }
    raw = canonical_json(index) + b"\n"
    comment = f"fanzha serial:{release.serial} at:{release.at:%Y-%m-%dT%H:%M:%SZ}"
    files.write_small(draft / INDEX, raw)
    files.write_small(draft / SIGNATURE, signer.sign(raw, comment))
    files.write_small(draft / PUBLIC_KEY, signer.public_file())


def _tombstones(
    before: Before | None,
    lists: Lists,
    release: Release,
    settings: Settings,
    removed: Callable[[], pa.Table] | None,
) -> pa.Table | None:
    lifted = removed() if removed else None
    if before is None:
        return lifted
    since = release.at - timedelta(days=settings.release.tombstone_days)
    if lifted is None:
        lifted = SCHEMA.empty_table()
    return tombstones(before.folder, lists, lifted, at=release.at, since=since)


def _formats_of(name: str, carrier: CarrierSettings) -> dict[str, Format]:
    # A MISP feed is a folder of its own, and a carrier's files are in a folder already; the reasons
    # are those of everybody.
    allowed = {n: form for n, form in FORMATS.items() if n not in {"misp", "reasons"}}
    unknown = sorted(set(carrier.formats) - set(allowed))
    if unknown or not re.fullmatch("[A-Za-z0-9][A-Za-z0-9-]*", name):
        raise FanzhaError(
            f"release.carriers.{name}: expected a name of letters, digits and dashes, and formats "
            f"out of {', '.join(allowed)}; got {', '.join(unknown) or name}"
        )
    return {n: allowed[n] for n in carrier.formats}


def _counts(lists: Lists) -> dict[str, int]:
    counts = dict.fromkeys((kind.value for kind in Kind), 0)
    for table in lists.tables():
        for pair in table["kind"].value_counts().to_pylist():
            counts[pair["values"]] += pair["counts"]
    return counts | {"exceptions": len(lists.exceptions), "covered": len(lists.covered)}


def _profiles(settings: Settings) -> str:
    """What the full files depend on beside the lists; when it changes they are written again.

    As a digest, since every carrier reads the index, and one's profile is none of another's business.
    """
    return digest(
        {
            "formats": sorted(FORMATS),
            "carriers": {
                name: carrier.model_dump(mode="json")
                for name, carrier in sorted(settings.release.carriers.items())
            },
        }
    )


def _relief(release: Release) -> Json:
    if release.relief is None:
        return None
    relief = release.relief
    return {"cut": relief.cut, "as_of": relief.as_of.isoformat(), "of": relief.of.value}


def _at(index: Json, what: str) -> datetime:
    return datetime.fromisoformat(index[what]["at"])
