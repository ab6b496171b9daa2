"""A carrier's keys: one for the hashes of its people, one for the sealed numbers, by generation.

Plain hashes of eleven digits fall to brute force, so every hash is an HMAC under a key of that
carrier alone. Keys are rotated yearly: `rotate` begins a new generation, and `pipeline.feeds.rekey`
carries over what can be resolved.
"""

import hmac
from dataclasses import dataclass
from pathlib import Path

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

    def surrogate(self, domain: str, text: str) -> int:
        """The keyed hash of an identifier as a signed 64-bit integer; `domain` keeps kinds apart."""
        digest = hmac.digest(self.hash_key, f"{domain}:{text}".encode(), "sha256")
        return int.from_bytes(digest[:HASH_BYTES], "big", signed=True)


def keyring(folder: Path, carrier: str, generation: int | None = None) -> Keyring:
    """The keys of a carrier below `folder`, made on first use; the newest generation by default."""
    newest = max(generations(folder, carrier), default=1)
    chosen = generation or newest
    place = folder / carrier
    return Keyring(
        carrier,
        chosen,
        load_or_make_key(place / f"hash.{chosen}.key"),
        load_or_make_key(place / f"seal.{chosen}.key"),
    )


def generations(folder: Path, carrier: str) -> list[int]:
    """The generations of a carrier's keys that are there, oldest first."""
    return sorted(int(path.name.split(".")[1]) for path in (folder / carrier).glob("hash.*.key"))


def rotate(folder: Path, carrier: str) -> Keyring:
    """Begin the next generation of a carrier's keys."""
    return keyring(folder, carrier, max(generations(folder, carrier), default=0) + 1)
