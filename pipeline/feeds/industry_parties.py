"""The other parties of the industry's list: the key of each, by which its files are known to be its own.

industry/parties/NAME.pub   a party's public key, as minisign writes it
"""

from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import FanzhaError
from pipeline.feeds.industry import FORMAT, WORD
from pipeline.signatures import read_public, verify

SUFFIX = ".minisig"
"""What the name of a signature ends with, after that of its file."""


def party_name(text: str) -> str:
    """The name of a party, which is a file's name too. Raises `FanzhaError` where it is not plain."""
    if not WORD.fullmatch(text):
        raise FanzhaError(f"party: expected a short name of a-z, 0-9 and '-', got {text!r}")
    return text


def signed_as(source: str) -> str:
    """The signed comment of a party's file: what it is, and whose, so that no other file passes for it."""
    return f"{FORMAT} of {party_name(source)}"


def signature_of(path: Path) -> Path:
    """Where the signature of a file lies."""
    return path.with_name(path.name + SUFFIX)


@dataclass(frozen=True, slots=True)
class Parties:
    """The folder of the other parties' keys. Making one touches nothing."""

    folder: Path

    def trust(self, party: str, key: str, *, replace: bool = False) -> str:
        """Keep the public key of a party; from now on its files must be signed by it. Returns the key.

        Raises `FanzhaError` where it is no key, or another one is known and is not to be replaced.
        """
        public, path = read_public(key), self._path(party)
        known = self.key_of(party)
        if known not in (None, public) and not replace:
            raise FanzhaError(
                f"{party}: another key is known, {known}; ask the party by a way you trust whether it "
                "changed, and say --replace then"
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".part")
        draft.write_text(f"untrusted comment: key of {party}\n{public}\n", encoding="utf-8")
        draft.replace(path)
        return public

    def key_of(self, party: str) -> str | None:
        """The public key of a party; None where none is known."""
        path = self._path(party)
        return read_public(path.read_text("utf-8")) if path.exists() else None

    def check(self, path: Path, content: bytes, *, sender: str, signature: Path) -> bytes | None:
        """The signature by which a file's content is its sender's; None where no key is known.

        Raises `FanzhaError` where a key is known and the signature is missing, another's, or of
        something else.
        """
        public = self.key_of(sender)
        if public is None:
            return None
        try:
            signed = signature.read_bytes()
        except OSError as error:
            raise FanzhaError(
                f"{path}: expected the signature of {sender} in {signature} ({error.strerror}); its key "
                "is known, so an unsigned file is not taken: ask for both again"
            ) from error
        try:
            comment = verify(public, content, signed)
        except FanzhaError as error:
            raise FanzhaError(f"{path}: not as {sender} signed it: {error}") from error
        if comment != signed_as(sender):
            raise FanzhaError(
                f"{path}: {sender} signed it as {comment!r}, expected {signed_as(sender)!r}; ask for "
                "its file of notices"
            )
        return signed

    def vouches(self, path: Path, content: bytes, *, sender: str) -> bool:
        """Whether a kept file still counts as its sender's: by its signature and the key known now.

        One of a party whose key is not known was taken although nothing proves it; it counts until the
        key is known.
        """
        try:
            self.check(path, content, sender=sender, signature=signature_of(path))
        except FanzhaError:
            return False
        return True

    def _path(self, party: str) -> Path:
        return self.folder / f"{party_name(party)}.pub"
