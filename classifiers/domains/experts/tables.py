"""What fraction of training names that share a piece were fraud: the features of serial families."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_FIRM = 2.0
"""Weight of the prior, in names: a piece seen once says little."""


@dataclass(frozen=True)
class Tables:
    """Per key, sorted hashes of the pieces that were seen at least twice, with their counts."""

    prior: float
    """Share of fraud among the training names."""
    names: tuple[str, ...]
    hashes: tuple[NDArray[np.uint32], ...]
    totals: tuple[NDArray[np.uint16], ...]
    frauds: tuple[NDArray[np.uint16], ...]

    def features(self, pieces: NDArray[np.uint32]) -> NDArray[np.float32]:
        """Rows × (2 per key): how often the piece was seen (ln(1+n)), and the share of fraud."""
        found = np.empty((len(pieces), 2 * len(self.names)), dtype=np.float32)
        for column, (hashes, totals, frauds) in enumerate(
            zip(self.hashes, self.totals, self.frauds, strict=True)
        ):
            total = np.zeros(len(pieces), dtype=np.float32)
            fraud = np.zeros(len(pieces), dtype=np.float32)
            if len(hashes):
                place = np.minimum(np.searchsorted(hashes, pieces[:, column]), len(hashes) - 1)
                known = hashes[place] == pieces[:, column]
                total[known] = totals[place[known]]
                fraud[known] = frauds[place[known]]
            found[:, 2 * column] = np.log1p(total)
            found[:, 2 * column + 1] = (fraud + _FIRM * self.prior) / (total + _FIRM)
        return found

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """The tables as named arrays, for the model file."""
        named: dict[str, NDArray[np.generic]] = {}
        for place, name in enumerate(self.names):
            named[f"{name}.hashes"] = self.hashes[place]
            named[f"{name}.totals"] = self.totals[place]
            named[f"{name}.frauds"] = self.frauds[place]
        return named

    @classmethod
    def from_arrays(
        cls, names: Sequence[str], arrays: Mapping[str, NDArray[np.generic]], *, prior: float
    ) -> "Tables":
        """Read back what `arrays` gave."""

        def part(kind: str, dtype: type[np.generic]) -> tuple[NDArray[np.generic], ...]:
            return tuple(np.asarray(arrays[f"{name}.{kind}"], dtype=dtype) for name in names)

        return cls(
            prior,
            tuple(names),
            part("hashes", np.uint32),  # type: ignore[arg-type]
            part("totals", np.uint16),  # type: ignore[arg-type]
            part("frauds", np.uint16),  # type: ignore[arg-type]
        )


def hashed(pieces: Sequence[Sequence[str]]) -> NDArray[np.uint32]:
    """Rows × keys of pieces → their CRC-32."""
    return np.array(
        [[zlib.crc32(p.encode("utf-8", "replace")) for p in row] for row in pieces], dtype=np.uint32
    )


def count(pieces: NDArray[np.uint32], labels: NDArray[np.integer], names: Sequence[str]) -> Tables:
    """Count the pieces of labelled names; a piece seen once is left out, as its own row's label."""
    hashes, totals, frauds = [], [], []
    for column in range(len(names)):
        unique, place, counts = np.unique(
            pieces[:, column], return_inverse=True, return_counts=True
        )
        fraud = np.bincount(place, weights=labels, minlength=len(unique))
        keep = counts >= 2
        hashes.append(unique[keep].astype(np.uint32))
        totals.append(np.minimum(counts[keep], 65535).astype(np.uint16))
        frauds.append(np.minimum(fraud[keep], 65535).astype(np.uint16))
    return Tables(float(labels.mean()), tuple(names), tuple(hashes), tuple(totals), tuple(frauds))
