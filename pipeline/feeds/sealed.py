"""Sealed numbers: what alone leads back from a surrogate to a number, encrypted, beside the feed.

AES-256-GCM (NIST SP 800-38D) under the carrier's seal key; the surrogate itself is the associated
data, so that a sealed number cannot be moved to another surrogate. Files have mode 0600. Opening is
`pipeline.store.resolutions.resolve`'s business, which writes down who asked and why.
"""

import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pipeline.errors import FanzhaError

SCHEMA = pa.schema([("number", pa.int64()), ("sealed", pa.binary())])
_NONCE = 12


class SealedWriter:
    """Writes surrogate → sealed number, each surrogate once per file."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._seen: set[int] = set()
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(handle, "wb")
        self._writer = pq.ParquetWriter(self._file, SCHEMA, compression="none")

    def add(self, names: Mapping[int, str]) -> None:
        """Seal the numbers that this file has not yet."""
        new = {key: name for key, name in names.items() if key not in self._seen}
        self._seen.update(new)
        nonces = secrets.token_bytes(_NONCE * len(new))
        sealed = [
            (nonce := nonces[n * _NONCE : (n + 1) * _NONCE])
            + self._cipher.encrypt(nonce, name.encode(), _context(key))
            for n, (key, name) in enumerate(new.items())
        ]
        self._writer.write_table(pa.table({"number": list(new), "sealed": sealed}, schema=SCHEMA))

    def close(self) -> None:
        self._writer.close()
        self._file.close()


def open_sealed(paths: Iterable[Path], key: bytes, wanted: Iterable[int] | None) -> dict[int, str]:
    """The numbers of the wanted surrogates (None: of all), from sealed files.

    Raises `FanzhaError` where the key is not the one they were sealed with.
    """
    cipher = AESGCM(key)
    asked = None if wanted is None else pa.array(sorted(set(wanted)), pa.int64())
    found: dict[int, str] = {}
    for path in paths:
        for batch in pq.ParquetFile(path).iter_batches():
            part = batch
            if asked is not None:
                part = batch.filter(pc.is_in(batch["number"], value_set=asked))
            for surrogate, sealed in zip(
                part["number"].to_pylist(), part["sealed"].to_pylist(), strict=True
            ):
                if surrogate in found:
                    continue
                try:
                    text = cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], _context(surrogate))
                except InvalidTag as error:
                    raise FanzhaError(
                        f"{path}: cannot be opened with this key; restore the carrier's seal key of "
                        "the generation that wrote it"
                    ) from error
                found[surrogate] = text.decode()
    return found


def _context(surrogate: int) -> bytes:
    return surrogate.to_bytes(8, "big", signed=True)
