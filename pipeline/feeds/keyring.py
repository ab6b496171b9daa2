"""A carrier's keys: one for the hashes of its people, one for the sealed numbers, by generation.

Plain hashes of eleven digits fall to brute force, so every hash is an HMAC under a key of that
carrier alone. Keys are rotated yearly: `rotate` begins a new generation, and `pipeline.feeds.rekey`
carries over what can be resolved, `pipeline.feeds.complainers` who complains again.
"""

import hmac
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import FanzhaError
from pipeline.feeds.shelf import Shelf
from pipeline.keys import load_or_make_key

HASH_BYTES = 8
"""64 bits of the HMAC: an int64 that columnar engines group fast. Among 10⁸ numbers the chance that
any two collide is 3·10⁻⁴, and a collision mixes two strangers' behaviour, it opens nothing."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys of one carrier in one generation."""

    carrier: str
    generation: int
    hash_key: bytes
    seal_key: bytes
    former: tuple[bytes, ...] = ()
    """The hash keys of earlier generations, as far as they are kept."""

    def surrogate(self, domain: str, text: str) -> int:
        """The keyed hash of an identifier as a signed 64-bit integer; `domain` keeps kinds apart."""
        return _surrogate(self.hash_key, domain, text)

    def formerly(self, domain: str, text: str) -> list[int]:
        """The surrogates that an identifier had in the earlier generations."""
        return [_surrogate(key, domain, text) for key in self.former]


def _surrogate(key: bytes, domain: str, text: str) -> int:
    digest = hmac.digest(key, f"{domain}:{text}".encode(), "sha256")
    return int.from_bytes(digest[:HASH_BYTES], "big", signed=True)


def keyring(folder: Path, carrier: str, generation: int | None = None) -> Keyring:
    """The keys of a carrier below `folder`, made on first use; the newest generation by default."""
    there = generations(folder, carrier)
    chosen = generation or max(there, default=1)
    place = folder / carrier
    former = [load_or_make_key(place / f"hash.{g}.key") for g in there if g < chosen]
    return Keyring(
        carrier,
        chosen,
        load_or_make_key(place / f"hash.{chosen}.key"),
        load_or_make_key(place / f"seal.{chosen}.key"),
        tuple(former),
    )


def kept_keyring(shelf: Shelf, folder: Path, generation: int | None = None) -> Keyring:
    """The keys by which a carrier's shelf was written, or is to be: made only where it has no file.

    Raises `FanzhaError` where the shelf has files of a generation whose keys are lost: new ones under
    its number would make strangers of everybody, without a word.
    """
    used = {delivery.generation for delivery in shelf.deliveries()}
    there = generations(folder, shelf.carrier)
    chosen = generation or max([*there, *used], default=1)
    lost = [
        path
        for kind in ("hash", "seal")
        if not (path := folder / shelf.carrier / f"{kind}.{chosen}.key").exists()
    ]
    if lost and chosen in used:
        raise FanzhaError(
            f"{lost[0]}: expected the key by which the files of {shelf.carrier} were taken in, and it is "
            "not there; restore it from your backup (with a new key, earlier hashes no longer match)"
        )
    return keyring(folder, shelf.carrier, chosen)


def generations(folder: Path, carrier: str) -> list[int]:
    """The generations of a carrier's keys that are there, oldest first."""
    return sorted(int(path.name.split(".")[1]) for path in (folder / carrier).glob("hash.*.key"))


def rotate(folder: Path, carrier: str) -> Keyring:
    """Begin the next generation of a carrier's keys."""
    return keyring(folder, carrier, max(generations(folder, carrier), default=0) + 1)
