"""Bytes that were seen, kept inert under their sha256: in a folder or any store fsspec knows.

    ab/cd/<sha256>                     a blob
    warc/<yyyy>/<mm>/<dd>/<batch>.warc.gz    everything fetched by one batch (WARC 1.1)
    warc/<yyyy>/<mm>/<dd>/<batch>.json       its manifest: visits, records, hashes
    at/ab/<sha256>                     where in which of these files a body stands
    seen/ab/<sha256 of indicator>/<batch>    the file in which a visit to the indicator stands

Names have no ending that anything would run, and what is read back is bytes, never a page.
"""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from pipeline.errors import FanzhaError
from pipeline.nouns import Indicator, Json, canonical_json
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
    bodies: dict[str, tuple[int, int]]
    """Sha256 of a body → offset and length of the record that holds it."""
    visits: list[dict[str, Json]] = field(default_factory=list)
    """Per visit: `indicators`, `at`, and `records` as {type, url, offset, length, sha256}."""


@dataclass(frozen=True, slots=True)
class ArtifactStore:
    """Blobs and evidence files below an fsspec URL."""

    url: str

    def put(self, content: bytes) -> str:
        """Keep bytes and return their sha256 in hex; the same bytes are kept once."""
        name = hashlib.sha256(content).hexdigest()
        files, path = self._open(f"{name[:2]}/{name[2:4]}/{name}")
        if not files.exists(path):
            _write_whole(files, path, content)
        return name

    def get(self, sha256: str) -> bytes:
        """The bytes of a sha256. Raises `FanzhaError` where they are not there."""
        files, path = self._open(f"{sha256[:2]}/{sha256[2:4]}/{sha256}")
        try:
            return bytes(files.cat_file(path))
        except FileNotFoundError:
            place = self.place_of(sha256)
        if place is None:
            raise self._missing(sha256)
        return self.body(place, sha256)

    def body(self, place: Place, sha256: str) -> bytes:
        """The body in one record. Raises `FanzhaError` where it is not the one of that sha256."""
        body = read_payload(self.record(place))
        if body is None or hashlib.sha256(body).hexdigest() != sha256:
            raise self._missing(sha256)
        return body

    def _missing(self, sha256: str) -> FanzhaError:
        return FanzhaError(
            f"artifact {sha256} is not in {self.url}; it was removed by retention, or the "
            "setting `artifacts` names another store"
        )

    def place_of(self, sha256: str) -> Place | None:
        """The record that holds a body; None where no evidence file has it."""
        found = self._read_json(f"at/{sha256[:2]}/{sha256}")
        return Place(*found) if found else None

    def record(self, place: Place) -> bytes:
        """One record as it stands in its file: a gzip member. Raises `FanzhaError`."""
        files, path = self._open(f"warc/{place.warc}.warc.gz")
        try:
            return bytes(files.cat_file(path, start=place.offset, end=place.offset + place.length))
        except FileNotFoundError as error:
            raise FanzhaError(
                f"evidence file {place.warc} is not in {self.url}; it was removed by retention, or "
                "the setting `artifacts` names another store"
            ) from error

    def put_bundle(self, bundle: Bundle) -> None:
        """Keep an evidence file with its manifest and the places of all that is in it.

        The file is there before anything points at it; doing it twice changes nothing.
        """
        digest = hashlib.sha256()
        with bundle.file.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
        manifest = {
            "warc": f"{bundle.name}.warc.gz",
            "sha256": digest.hexdigest(),
            "size": bundle.file.stat().st_size,
            "visits": bundle.visits,
        }
        files, root = self._open("")
        target = f"{root}warc/{bundle.name}"
        files.makedirs(target.rpartition("/")[0], exist_ok=True)
        files.put_file(str(bundle.file), f"{target}.warc.gz")
        _write_whole(files, f"{target}.json", canonical_json(manifest))
        batch = bundle.name.rpartition("/")[2]
        pointers = {
            f"at/{sha256[:2]}/{sha256}": [bundle.name, *span]
            for sha256, span in bundle.bodies.items()
        }
        pointers |= {
            f"{_seen(key)}/{batch}": [bundle.name] for v in bundle.visits for key in v["indicators"]
        }
        for folder in {name.rpartition("/")[0] for name in pointers}:
            files.makedirs(f"{root}{folder}", exist_ok=True)
        _write_many(
            files,
            {f"{root}{name}": json.dumps(value).encode() for name, value in pointers.items()},
        )

    def visits_to(self, indicator: Indicator) -> list[dict[str, Json]]:
        """The visits to an indicator that are still kept, oldest first, each with its `warc`."""
        return [
            {"warc": name, **visit}
            for name in self._files_of(str(indicator))
            for visit in (self.manifest(name) or {"visits": []})["visits"]
            if str(indicator) in visit["indicators"]
        ]

    def manifest(self, name: str) -> dict[str, Json] | None:
        """The manifest of an evidence file; None where it is not there any more."""
        found: dict[str, Json] | None = self._read_json(f"warc/{name}.json")
        return found

    def bundles(self) -> list[str]:
        """Names of all evidence files, oldest first."""
        files, root = self._open("warc")
        found = files.glob(f"{root}/**/*.json")
        return sorted(path.rpartition("/warc/")[2].removesuffix(".json") for path in found)

    def remove_bundle(self, name: str) -> None:
        """Remove an evidence file and what points at it. Who calls this asks first who needs it.

        A body that another kept visit to the same indicators has too is found there afterwards.
        """
        manifest = self.manifest(name) or {"visits": []}
        batch = name.rpartition("/")[2]
        elsewhere = self._elsewhere(name, manifest)
        gone = [f"{_seen(key)}/{batch}" for v in manifest["visits"] for key in v["indicators"]]
        for sha256 in {
            r["sha256"] for v in manifest["visits"] for r in v["records"] if r["sha256"]
        }:
            place = self.place_of(sha256)
            if place is not None and place.warc == name:
                pointer = f"at/{sha256[:2]}/{sha256}"
                if other := elsewhere.get(sha256):
                    files, path = self._open(pointer)
                    span = [other.warc, other.offset, other.length]
                    _write_whole(files, path, json.dumps(span).encode())
                else:
                    gone.append(pointer)
        for part in [*gone, f"warc/{name}.warc.gz", f"warc/{name}.json"]:
            files, path = self._open(part)
            if files.exists(path):
                files.rm_file(path)

    def _elsewhere(self, name: str, manifest: dict[str, Json]) -> dict[str, Place]:
        """Sha256 → place, of all in the files that other visits to the same indicators stand in."""
        keys = {key for visit in manifest["visits"] for key in visit["indicators"]}
        others = {bundle for key in keys for bundle in self._files_of(key)} - {name}
        return {
            record["sha256"]: Place(other, record["offset"], record["length"])
            for other in sorted(others)
            for visit in (self.manifest(other) or {"visits": []})["visits"]
            for record in visit["records"]
        }

    def _files_of(self, key: str) -> list[str]:
        """Names of the evidence files with visits to an indicator, oldest first."""
        files, folder = self._open(_seen(key))
        try:
            names = sorted(Path(path).name for path in files.ls(folder, detail=False))
        except FileNotFoundError:
            return []
        places = [self._read_json(f"{_seen(key)}/{name}") for name in names]
        return [place[0] for place in places if place]

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


def _seen(key: str) -> str:
    name = hashlib.sha256(key.encode()).hexdigest()
    return f"seen/{name[:2]}/{name}"


def _write_many(files: Any, contents: dict[str, bytes]) -> None:
    if isinstance(files, LocalFileSystem):
        # Without fsspec's file objects, which take ten times as long as such a small file does.
        for path, content in contents.items():
            with open(path, "wb", buffering=0) as file:  # noqa: PTH123  two for every page crawled
                file.write(content)
    else:
        # At once, because an object store takes as long for one of these as for all of them.
        files.pipe(contents)


def _write_whole(files: Any, path: str, content: bytes) -> None:
    files.makedirs(path.rpartition("/")[0], exist_ok=True)
    draft = f"{path}.part"
    files.pipe_file(draft, content)
    files.mv(draft, path)
