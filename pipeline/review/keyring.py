"""The desk's keys, by what each can do: a process holds those alone that its pages need.

The process that faces the public seals the identities of appellants with the public half of a pair
and cannot open one; nor does it hold what opens the secrets of accounts.
"""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from nacl.public import PrivateKey

from pipeline.errors import FanzhaError
from pipeline.keys import KEY_BYTES, keyed_hash, load_or_make_key


@dataclass(frozen=True, slots=True)
class Keyring:
    """Keys of one process."""

    callers: bytes
    """Stands for addresses and logins in the count of attempts."""
    seals: bytes
    """Public half of the appeals' pair (X25519): it seals and cannot open."""
    private: bytes | None = None
    """Private half; None in a process that must not open identities."""
    desk: bytes | None = None
    """Seals the secrets of accounts; None in a process that lets nobody in."""

    def opens(self) -> bytes:
        """The key that opens identities. Raises `FanzhaError` where this process has none."""
        return _held(self.private, "appeals.key")

    def accounts(self) -> bytes:
        """The key of the accounts' secrets. Raises `FanzhaError` where this process has none."""
        return _held(self.desk, "desk.key")


def open_keyring(folder: Path) -> Keyring:
    """The desk's own keys, made on first use; writes the public half beside the private one.

    Raises `FanzhaError` where `appeals.pub` belongs to another pair.
    """
    desk, private = load_or_make_key(folder / "desk.key"), load_or_make_key(folder / "appeals.key")
    seals, path = bytes(PrivateKey(private).public_key), folder / "appeals.pub"
    if not path.exists():
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        draft.write_text(seals.hex() + "\n", "ascii")
        draft.replace(path)
    if read_public(path) != seals:
        raise FanzhaError(
            f"{path} is not the public half of {folder / 'appeals.key'}: what it sealed cannot be "
            "opened with that key; restore the pair from your backup"
        )
    callers = bytes.fromhex(keyed_hash(desk, "callers"))
    return Keyring(callers, seals, private, desk)


def open_public_keyring(folder: Path) -> Keyring:
    """What a process needs that serves appeals alone: the public half, and nothing that opens.

    Callers are counted under a key that lives as long as the process.
    """
    return Keyring(secrets.token_bytes(KEY_BYTES), read_public(folder / "appeals.pub"))


def read_public(path: Path) -> bytes:
    """A public half: 64 hex digits. Raises `FanzhaError` where the file is not one."""
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except FileNotFoundError as error:
        raise FanzhaError(
            f"{path} is missing: `fanzha appeals key` at the desk makes it; copy it here, and leave "
            "appeals.key where it is"
        ) from error
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise FanzhaError(
            f"{path}: expected {2 * KEY_BYTES} hex digits; copy it anew from the desk's machine"
        )
    return key


def _held(key: bytes | None, name: str) -> bytes:
    if key is None:
        raise FanzhaError(
            f"this process serves the public and holds no {name}; do it at the desk instead"
        )
    return key
