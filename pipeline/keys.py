"""Keys and keyed hashes: what stands for a person from the moment a row is read (invariant 7)."""

import contextlib
import hmac
import os
import secrets
from pathlib import Path

from pipeline.errors import FanzhaError

KEY_BYTES = 32


def load_or_make_key(path: Path) -> bytes:
    """The key at `path`, 32 bytes; made on first use with mode 0600.

    Two processes that make it at once agree on one key: the file appears whole or not at all.
    Raises `FanzhaError` where the file is not a key or others may read it.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    if path.stat().st_mode & 0o077:
        raise FanzhaError(f"{path} must be readable by its owner alone; run: chmod 600 {path}")
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise FanzhaError(
            f"{path} should hold a key of {KEY_BYTES} bytes, and holds {len(key)}; restore it from "
            "your backup (with a new key, earlier hashes no longer match)"
        )
    return key


def keyed_hash(key: bytes, text: str) -> str:
    """HMAC-SHA256 of a text, in hex (RFC 2104): the same person is the same hash under one key.

    Any text has one, lone surrogates as well, which JSON can carry.
    """
    return hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256").hex()
