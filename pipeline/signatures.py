"""Signatures of what leaves, releases and notices to the industry, as every carrier can verify them.

Format: minisign, https://jedisct1.github.io/minisign/#signature-format, prehashed (`ED`). Ed25519 signatures
are deterministic (RFC 8032), so a release built again carries the same one.
"""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from pipeline.errors import FanzhaError
from pipeline.keys import load_or_make_key

_PUBLIC_BYTES = 2 + 8 + 32


@dataclass(frozen=True, slots=True)
class Signer:
    """The key pair of who signs."""

    key: SigningKey

    @classmethod
    def from_file(cls, path: Path) -> "Signer":
        """The key at `path`; made on first use, readable by its owner alone."""
        return cls(SigningKey(load_or_make_key(path)))

    @property
    def id(self) -> bytes:
        """Eight bytes that tell keys apart."""
        return hashlib.blake2b(self.key.verify_key.encode(), digest_size=8).digest()

    @property
    def public(self) -> str:
        """The public key as `minisign -P` takes it."""
        return base64.b64encode(b"Ed" + self.id + self.key.verify_key.encode()).decode()

    def public_file(self) -> bytes:
        """The public key as `minisign -p` takes it."""
        shown = self.id[::-1].hex().upper()
        return f"untrusted comment: minisign public key {shown}\n{self.public}\n".encode()

    def sign(self, content: bytes, comment: str) -> bytes:
        """The signature file of some content; `comment` is signed too."""
        signature = self.key.sign(hashlib.blake2b(content).digest()).signature
        whole = self.key.sign(signature + comment.encode()).signature
        lines = (
            "untrusted comment: signature of Fanzha",
            base64.b64encode(b"ED" + self.id + signature).decode(),
            f"trusted comment: {comment}",
            base64.b64encode(whole).decode(),
        )
        return ("\n".join(lines) + "\n").encode()


def read_public(text: str) -> str:
    """The public key in a minisign key file, or the key itself, as `Signer.public`.

    Raises `FanzhaError` where it is none.
    """
    public = text.strip().splitlines()[-1].strip() if text.strip() else ""
    try:
        raw = base64.b64decode(public, validate=True)
    except ValueError:
        raw = b""
    if len(raw) != _PUBLIC_BYTES or raw[:2] != b"Ed":
        raise FanzhaError(
            f"public key: expected 56 characters that begin with RW, as minisign writes them, got "
            f"{public[:60]!r}; ask its owner for it again"
        )
    return public


def verify(public: str, content: bytes, signature: bytes) -> str:
    """Check a signature file against a public key (as `Signer.public`); returns its comment.

    Raises `FanzhaError` where it does not match.
    """
    try:
        key = base64.b64decode(public, validate=True)
        _, first, comment, last = signature.decode().splitlines()
        comment = comment.removeprefix("trusted comment: ")
        value = base64.b64decode(first, validate=True)
        if value[:2] != b"ED" or value[2:10] != key[2:10]:
            raise FanzhaError(
                f"signature: it is by key {value[9:1:-1].hex().upper()}, expected "
                f"{key[9:1:-1].hex().upper()}; get the key of who signed anew by a way you trust"
            )
        check = VerifyKey(key[10:])
        check.verify(hashlib.blake2b(content).digest(), value[10:])
        check.verify(value[10:] + comment.encode(), base64.b64decode(last, validate=True))
    except (ValueError, BadSignatureError) as error:
        raise FanzhaError(
            f"signature: it does not match what was signed ({error}); discard the file and fetch it "
            "again"
        ) from error
    return comment
