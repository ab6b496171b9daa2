"""The draft of a release: each file written, linked to the release before, or told as its delta."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from blocklists import files, former
from blocklists.build import Lists
from blocklists.delta import Delta
from blocklists.difference import Change, changes
from blocklists.formats import CHANGES, ZONES, Format, Head
from blocklists.formats.rpz import Changes, answers_as, since, since_any
from blocklists.shelf import read_zone
from pipeline.nouns import Json, Release

_SMALL = 1024 * 1024
"""Bytes up to which a delta may be longer than half of its file: it is no burden to anybody."""


@dataclass(frozen=True, slots=True)
class Before:
    """The release before: its folder and its index."""

    folder: Path
    index: Json

    def item(self, name: str) -> Json | None:
        return next((item for item in self.index["files"] if item["name"] == name), None)


@dataclass(frozen=True, slots=True)
class Draft:
    """The folder in which a release comes to be, beside the release before."""

    folder: Path
    release: Release
    before: Before | None
    full: bool
    base_life: int

    def fill(
        self, prefix: str, lists: Lists, head: Head, formats: dict[str, Format], *, hot_limit: int
    ) -> list[Json]:
        """The files of everybody, or of one carrier below its name."""
        items = self._zones(prefix, lists, head, hot_limit)
        for name, form in CHANGES.items():
            items += self._write(prefix, name, form, lists, head)
        if self.full or self.before is None:
            return items + [
                item
                for name, form in formats.items()
                for item in self._write(prefix, name, form, lists, head)
            ]
        written = {item["name"] for item in items}
        for item in self.before.index["files"]:
            if item.get("profile", "") == prefix.removesuffix("/") and item["name"] not in written:
                files.link(self.folder, item["name"], self.before.folder)
                items.append({k: v for k, v in item.items() if k != "delta"})
        return items

    def _zones(self, prefix: str, lists: Lists, head: Head, hot_limit: int) -> list[Json]:
        item = self.before.item(f"{prefix}base.zone") if self.before else None
        base = None
        changed: list[Changes] = []
        if self.before is not None and item is not None:
            path = self.before.folder / item["name"]
            age = self.release.at - datetime.fromisoformat(item["since"])
            if age < timedelta(hours=self.base_life) and answers_as(path, head):
                base = read_zone(path)
                changed = [since(base, lists, head)]
                if len(changed[0]) > hot_limit:
                    base, changed = None, []
            kept = former.keep(self.before.folder, self.folder, prefix, self.release.at)
            if base is None and path.is_file():
                kept.append(
                    former.retire(path, self.folder, prefix, self.release.serial, self.release.at)
                )
            changed += [since(read_zone(path), lists, head) for path in kept]
        own = replace(head, hot=since_any(changed))
        hot = list(self._write(prefix, "hot-zone", ZONES["hot-zone"], lists, own))
        if base is None or self.before is None or item is None:
            written = list(self._write(prefix, "base-zone", ZONES["base-zone"], lists, head))
        else:
            files.link(self.folder, item["name"], self.before.folder)
            written = [{k: v for k, v in item.items() if k != "delta"}]
        passing = list(self._write(prefix, "passthru-zone", ZONES["passthru-zone"], lists, head))
        return [*passing, *hot, *written]

    def _write(
        self, prefix: str, name: str, form: Format, lists: Lists, head: Head
    ) -> Iterator[Json]:
        for file in form.files(lists, head):
            written = files.write(self.folder, prefix + file.name, file.pieces)
            item = written.item() | {
                "list": form.list,
                "format": name,
                "entries": written.lines if file.entries is None else file.entries,
                "since": self.release.at.isoformat(),
            }
            if prefix:
                item["profile"] = prefix[:-1]
            yield self._beside_the_one_before(item, deltas=form.deltas)

    def _beside_the_one_before(self, item: Json, *, deltas: bool) -> Json:
        """The same file again, where nothing in it changed; or else the delta from the one before."""
        old = self.before.item(item["name"]) if self.before else None
        if self.before is None or old is None:
            return item
        if old["sha256"] == item["sha256"]:
            if "packed" in old:
                files.link(self.folder, item["name"], self.before.folder)
                item["packed"] = old["packed"]
            return item | {"since": old["since"]}
        was, now = self.before.folder / item["name"], self.folder / item["name"]
        if not deltas or not was.is_file():
            return item
        found = _changes(was, now, most=max(item["size"] // 2, _SMALL))
        if found is None:
            return item
        delta = Delta(
            item["name"], self.before.index["serial"], old["sha256"], self.release.serial,
            item["sha256"], found,
        )  # fmt: skip
        written = files.write(self.folder, f"{item['name']}.delta", [delta.encode()])
        return item | {"delta": written.item() | {"from": self.before.index["serial"]}}


def _changes(was: Path, now: Path, *, most: int) -> tuple[Change, ...] | None:
    """What makes the one file from the other; None where that is more than so many bytes."""
    found: list[Change] = []
    size = 0
    with files.content(was) as old, files.content(now) as new:
        for change in changes(old, new):
            found.append(change)
            size += 8 if isinstance(change, int) else len(change[1]) + 1
            if size > most:
                return None
    return tuple(found)
