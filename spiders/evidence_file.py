"""Everything a batch fetched → one WARC file with its manifest, written as answers come."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from pipeline.artifacts import Bundle
from pipeline.nouns import Json
from spiders.warc import Member, info_member


class EvidenceFile:
    """One WARC file being written in a folder of its own; `close` gives what the store takes."""

    def __init__(self, folder: Path, *, at: datetime) -> None:
        self._path = folder / "batch.warc.gz"
        self._at = at
        self._stream: BinaryIO = self._path.open("wb")
        self._end = 0
        self._digest = hashlib.sha256()
        self._visits: list[dict[str, Json]] = []
        self.add([info_member()])

    def add(self, members: Iterable[Member]) -> list[Json]:
        """Put records at the end; gives their places, for the manifest."""
        return [self._add(Member(*member)) for member in members]

    def _add(self, member: Member) -> Json:
        offset, length = self._end, len(member.data)
        self._stream.write(member.data)
        self._digest.update(member.data)
        self._end += length
        place: dict[str, Json] = {
            "type": member.type,
            "url": member.url,
            "offset": offset,
            "length": length,
            "sha256": member.sha256,
        }
        return place | ({"kind": member.kind} if member.kind else {})

    def end_visit(self, keys: list[str], records: list[Json]) -> None:
        """Close a visit: its line in the manifest."""
        self._visits.append({"indicators": keys, "at": self._at.isoformat(), "records": records})

    def close(self) -> Bundle:
        """End the file; it stays in its folder until the store has taken it."""
        self._stream.close()
        at = self._at.astimezone(UTC)
        name = f"{at:%Y/%m/%d}/{at:%Y%m%dT%H%M%S}-{self._digest.hexdigest()[:12]}"
        return Bundle(name, self._path, self._visits)


def warc_date(at: datetime) -> str:
    """A time as WARC headers have it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
