"""Bytes that were seen, kept inert under their sha256: in a folder or any store fsspec knows.

    ab/cd/<sha256>                     a blob
    warc/<yyyy>/<mm>/<dd>/<batch>.warc.gz    everything fetched by one batch (WARC 1.1)
    warc/<yyyy>/<mm>/<dd>/<batch>.json       its manifest: visits, records, hashes
    at/abc/<sha256>-<batch>            where in the file of that batch a body stands
    seen/abc/<sha256 of indicator>-<batch>      the file in which a visit to the indicator stands

Each file has pointers of its own, so that it can go without asking who else has the same body.
Names have no ending that anything would run, and what is read back is bytes, never a page.
"""

import contextlib
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import fsspec

from pipeline.errors import FanzhaError
from pipeline.files import last_written, put_whole, remove_many, write_many, write_whole
from pipeline.manifests import bucket, hashed, is_manifest, pointers_at
from pipeline.nouns import Indicator, Json, canonical_json
from pipeline.redaction import without_credentials
from pipeline.warc import read_payload


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands: a member of a gzipped WARC file."""

    warc: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Bundle:
    """A WARC file of one batch on its way into the store."""

    name: str
    """`yyyy/mm/dd/<batch>`."""
    file: Path
    visits: list[dict[str, Json]] = field(default_factory=list)
    """Per visit: `indicators`, `at`, and `records` as {type, url, offset, length, sha256}."""


class Kept(NamedTuple):
    """An evidence file that the store took."""

    name: str
    manifest_sha256: str


@dataclass(frozen=True, slots=True)
class ArtifactStore:
    """Blobs and evidence files below an fsspec URL."""

    url: str

    def put(self, content: bytes) -> str:
        """Keep bytes and return their sha256 in hex; the same bytes are kept once."""
        name = hashlib.sha256(content).hexdigest()
        files, path = self._open(f"{name[:2]}/{name[2:4]}/{name}")
        if not files.exists(path):
            write_whole(files, path, content)
        return name

    def get(self, sha256: str) -> bytes:
        """The bytes of a sha256. Raises `FanzhaError` where they are not there."""
        files, path = self._open(f"{sha256[:2]}/{sha256[2:4]}/{sha256}")
        with contextlib.suppress(FileNotFoundError):
            return bytes(files.cat_file(path))
        for place in self.places_of(sha256):
            with contextlib.suppress(FanzhaError):
                return self.body(place, sha256)
        raise self._missing(sha256)

    def body(self, place: Place, sha256: str) -> bytes:
        """The body in one record. Raises `FanzhaError` where it is not the one of that sha256."""
        body = read_payload(self.record(place))
        if body is None or hashlib.sha256(body).hexdigest() != sha256:
            raise self._missing(sha256)
        return body

    def _missing(self, sha256: str) -> FanzhaError:
        return FanzhaError(
            f"artifact {sha256} is not in {without_credentials(self.url)}; it was removed by "
            "retention, or the setting `artifacts` names another store"
        )

    def places_of(self, sha256: str) -> list[Place]:
        """The records that hold a body, one for each evidence file that has it, the newest first."""
        return [Place(*found) for found in reversed(self._pointed("at", sha256))]

    def record(self, place: Place) -> bytes:
        """One record as it stands in its file: a gzip member. Raises `FanzhaError`."""
        files, path = self._open(f"warc/{place.warc}.warc.gz")
        try:
            return bytes(files.cat_file(path, start=place.offset, end=place.offset + place.length))
        except FileNotFoundError as error:
            raise FanzhaError(
                f"evidence file {place.warc} is not in {without_credentials(self.url)}; it was removed by "
                "retention, or the setting `artifacts` names another store"
            ) from error

    def put_bundle(self, bundle: Bundle) -> Kept:
        """Keep an evidence file with its manifest and the places of all that is in it.

        The file is there before anything points at it; doing it twice changes nothing.
        """
        digest = hashlib.sha256()
        with bundle.file.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
        manifest = canonical_json(
            {
                "warc": f"{bundle.name}.warc.gz",
                "sha256": digest.hexdigest(),
                "size": bundle.file.stat().st_size,
                "visits": bundle.visits,
            }
        )
        files, root = self._open("")
        target = f"{root}warc/{bundle.name}"
        put_whole(files, f"{target}.warc.gz", lambda path: files.put_file(str(bundle.file), path))
        write_whole(files, f"{target}.json", manifest)
        self.point(pointers_at(bundle.name, bundle.visits))
        return Kept(bundle.name, hashlib.sha256(manifest).hexdigest())

    def pointers_missing(self, name: str) -> dict[str, Json]:
        """What should point at an evidence file and does not, by path; `point` writes it.

        Pointers say nothing that the manifest does not say, but without them nothing is found.
        """
        wanted = pointers_at(name, (self.manifest(name) or {"visits": []})["visits"])
        return {part: value for part, value in wanted.items() if self._read_json(part) != value}

    def point(self, pointers: dict[str, Json]) -> None:
        """Write pointers at evidence files."""
        files, root = self._open("")
        contents = {f"{root}{part}": json.dumps(to).encode() for part, to in pointers.items()}
        write_many(files, contents)

    def visits_to(self, indicator: Indicator) -> list[dict[str, Json]]:
        """The visits to an indicator that are still kept, oldest first, each with its `warc`."""
        return [
            {"warc": name, **visit}
            for name in self.files_of(indicator)
            for visit in (self.manifest(name) or {"visits": []})["visits"]
            if str(indicator) in visit["indicators"]
        ]

    def manifest(self, name: str) -> dict[str, Json] | None:
        """The manifest of an evidence file; None where it is gone, or is none any more."""
        found: dict[str, Json] | None = self._read_json(f"warc/{name}.json")
        return found if is_manifest(found) else None

    def manifest_sha256(self, name: str) -> str | None:
        """Sha256 of the manifest as it lies there; None where it does not."""
        files, path = self._open(f"warc/{name}.json")
        try:
            return hashlib.sha256(files.cat_file(path)).hexdigest()
        except FileNotFoundError:
            return None

    def has_file(self, name: str) -> bool:
        """Whether the WARC file of a manifest is there."""
        files, path = self._open(f"warc/{name}.warc.gz")
        return bool(files.exists(path))

    def file_sha256(self, name: str) -> str | None:
        """Sha256 of a WARC file as it lies there; None where it does not."""
        files, path = self._open(f"warc/{name}.warc.gz")
        digest = hashlib.sha256()
        try:
            with files.open(path, "rb") as stream:
                while chunk := stream.read(1 << 20):
                    digest.update(chunk)
        except FileNotFoundError:
            return None
        return digest.hexdigest()

    def bundles(self, *, before: date | None = None) -> list[str]:
        """Names of all evidence files, oldest first; or of those of the days before one."""
        return sorted(
            name
            for name, end in self._in_warc()
            if end == "json" and (before is None or name[:10] < f"{before:%Y/%m/%d}")
        )

    def leftovers(self, *, before: datetime) -> list[str]:
        """What a batch left that was killed while it was kept: a file without a manifest, a draft.

        Paths below the store, of those last written before a time: a younger one may be in the making.
        """
        files, root = self._open("")
        found = list(self._in_warc())
        whole = {name for name, end in found if end == "json"}
        loose = [
            f"warc/{name}.{end}"
            for name, end in found
            if end.endswith(".part") or (end == "warc.gz" and name not in whole)
        ]
        written = {part: last_written(files, f"{root}{part}") for part in loose}
        return [part for part, at in written.items() if at is not None and at < before]

    def _in_warc(self) -> Iterable[tuple[str, str]]:
        """Name and ending of everything under `warc/`."""
        files, root = self._open("warc")
        for path in files.find(root):
            folder, _, last = path.rpartition("/warc/")[2].rpartition("/")
            stem, _, end = last.partition(".")
            yield f"{folder}/{stem}", end

    def remove(self, parts: Iterable[str]) -> None:
        """Remove files of the store by their paths in it; what is gone already is no error."""
        files, root = self._open("")
        remove_many(files, [f"{root}{part}" for part in parts])

    def remove_bundle(self, name: str) -> None:
        """Remove an evidence file and what points at it. Who calls this asks first who needs it.

        The manifest goes last: removed halfway, it can be removed again.
        """
        manifest = self.manifest(name) or {"visits": []}
        self.remove(pointers_at(name, manifest["visits"]))
        self.remove([f"warc/{name}.warc.gz"])
        self.remove([f"warc/{name}.json"])

    def files_of(self, indicator: Indicator) -> list[str]:
        """Names of the evidence files with visits to an indicator, oldest first."""
        return [found[0] for found in self._pointed("seen", hashed(str(indicator)))]

    def _pointed(self, folder: str, sha256: str) -> list[Any]:
        """What the pointers of a hash say, by the names of their batches, which begin with the time."""
        files, path = self._open(bucket(folder, sha256))
        try:
            there = [one.rpartition("/")[2] for one in files.ls(path, detail=False)]
        except FileNotFoundError:
            return []
        names = sorted(name for name in there if name.startswith(f"{sha256}-"))
        found = [self._read_json(f"{bucket(folder, sha256)}/{name}") for name in names]
        return [one for one in found if one]

    def _read_json(self, part: str) -> Any:
        files, path = self._open(part)
        try:
            return json.loads(files.cat_file(path))
        except (FileNotFoundError, ValueError):
            # A pointer cut short by a kill points nowhere; the batch is done again and writes it.
            return None

    def _open(self, part: str) -> tuple[Any, str]:
        files, root = fsspec.core.url_to_fs(self.url)
        return files, f"{root}/{part}"
