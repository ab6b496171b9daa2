"""Bytes that were seen, kept inert under their sha256: in a folder or any store fsspec knows."""

import hashlib
from dataclasses import dataclass
from typing import Any

import fsspec

from pipeline.errors import FanzhaError


@dataclass(frozen=True, slots=True)
class ArtifactStore:
    """Blobs by sha256 below an fsspec URL; the name has no ending, so that nothing opens it."""

    url: str

    def put(self, content: bytes) -> str:
        """Keep bytes and return their sha256 in hex; the same bytes are kept once."""
        name = hashlib.sha256(content).hexdigest()
        files, path = self._at(name)
        if not files.exists(path):
            files.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
            draft = f"{path}.part"
            files.pipe_file(draft, content)
            files.mv(draft, path)
        return name

    def get(self, sha256: str) -> bytes:
        """The bytes of a sha256. Raises `FanzhaError` where they are not there."""
        files, path = self._at(sha256)
        try:
            return bytes(files.cat_file(path))
        except FileNotFoundError as error:
            raise FanzhaError(
                f"artifact {sha256} is not in {self.url}; it was removed by retention, or the "
                "setting `artifacts` names another store"
            ) from error

    def _at(self, name: str) -> tuple[Any, str]:
        files, root = fsspec.core.url_to_fs(self.url)
        return files, f"{root}/{name[:2]}/{name[2:4]}/{name}"
