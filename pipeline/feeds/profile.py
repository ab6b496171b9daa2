"""What a feed file looks like, in shares and means: by which a file with its columns exchanged is known.

    form.MOBILE …          share of the subject's numbers of that form
    unread.imei …          share of what an optional column says that cannot be read
    answered, long         share of calls answered; of those, share that last over ten minutes
    own                    share of the calls on our own trunk by our own subscribers
    numbers_per_imei       callers per device; numbers_per_identity: numbers per identity document
    activated_late         share of numbers opened after the day that their row speaks of

Collected batch by batch in bounded memory; devices and identities by a sample.
"""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.feeds.forms import Form
from pipeline.feeds.normalise import Normalised, Surrogates

SAMPLE = 2_000
"""Devices, or identities, that are looked at."""
FEWEST = {"imei": 20, "identity": 1}
"""Keys from which a mean over them says something: one SIM box alone is no exchanged column, while nine
identities for a thousand numbers are nine shops."""
LONG = 600
"""Seconds: a twentieth of the answered calls lasts longer."""
DAY = 86_400


@dataclass(slots=True)
class _PerKey:
    """How many numbers stand on a key: of the keys with the least hashes, exact whatever the batches."""

    most: int = (1 << 64) - 1
    pairs: npt.NDArray[np.uint64] = field(default_factory=lambda: np.empty((0, 2), np.uint64))

    def add(self, keys: pa.ChunkedArray, numbers: pa.ChunkedArray) -> None:
        known = keys.is_valid()
        key, number = (
            c.filter(known).to_numpy().astype(np.int64).view(np.uint64) for c in (keys, numbers)
        )
        among = key <= np.uint64(self.most)
        pairs = np.column_stack([key[among], number[among]])
        if len(pairs):
            least = np.unique(np.concatenate([self.pairs[:, 0], pairs[:, 0]]))[:SAMPLE]
            self.most = int(least[-1]) if len(least) == SAMPLE else self.most
            pairs = np.concatenate([self.pairs, pairs[pairs[:, 0] <= np.uint64(self.most)]])
            self.pairs = np.unique(pairs[pairs[:, 0] <= np.uint64(self.most)], axis=0)

    def mean(self, fewest: int) -> float | None:
        keys = len(np.unique(self.pairs[:, 0]))
        return len(self.pairs) / keys if keys >= fewest else None


@dataclass(slots=True)
class Profile:
    """The shares of a file that is being read."""

    own: Surrogates
    """The carrier's subscribers, sorted."""
    counts: Counter[str] = field(default_factory=Counter)
    per: dict[str, _PerKey] = field(default_factory=dict)

    def add(self, done: Normalised) -> None:
        """Count one batch."""
        rows, counts = done.rows, self.counts
        if rows.num_rows == 0:
            return
        counts["rows"] += rows.num_rows
        for pair in pc.value_counts(rows["form"]).to_pylist():
            counts[f"form.{pair['values']}"] += pair["counts"]
        for name, unread in done.unread.items():
            counts[f"unread.{name}"] += unread
            counts[f"said.{name}"] += unread + len(rows[name]) - rows[name].null_count
        if "seconds" in rows.column_names:
            counts["answered"] += _sum(pc.greater(rows["seconds"], 0))
            counts["long"] += _sum(pc.greater(rows["seconds"], LONG))
            self._count_own(rows)
        for key in FEWEST:
            if key in rows.column_names:
                self.per.setdefault(key, _PerKey()).add(rows[key], rows["number"])
        if "activated" in rows.column_names:
            counts["activated_late"] += _sum(pc.greater(rows["activated"], pc.add(rows["at"], DAY)))

    def _count_own(self, rows: pa.Table) -> None:
        ours = rows.filter(pc.equal(rows["trunk"], 0))["number"] if len(self.own) else []
        if len(ours):
            found = pc.value_counts(ours)
            place = np.searchsorted(self.own, numbers := found.field("values").to_numpy())
            among = self.own[np.minimum(place, len(self.own) - 1)] == numbers
            self.counts["own_trunk"] += len(ours)
            self.counts["own"] += int(found.field("counts").to_numpy()[among].sum())

    def shares(self) -> dict[str, float]:
        """What is to be kept of it, by name; what the file does not say is left out."""
        counts, rows = self.counts, self.counts["rows"]
        shares = {
            f"form.{Form(int(name[5:])).name if name[5:] != '0' else 'OPAQUE'}": count / rows
            for name, count in counts.items()
            if name.startswith("form.")
        }
        shares |= {
            name: counts[name] / said
            for name in list(counts)
            if name.startswith("unread.") and (said := counts[name.replace("unread", "said")])
        }
        if "answered" in counts:
            shares["answered"] = counts["answered"] / rows
            shares["long"] = counts["long"] / max(counts["answered"], 1)
        if counts["own_trunk"]:
            shares["own"] = counts["own"] / counts["own_trunk"]
        if "activated_late" in counts:
            shares["activated_late"] = counts["activated_late"] / rows
        shares |= {
            f"numbers_per_{key}": mean
            for key, per in self.per.items()
            if (mean := per.mean(FEWEST[key])) is not None
        }
        return {name: round(share, 4) for name, share in shares.items()}


def _sum(mask: pa.ChunkedArray) -> int:
    return int(pc.sum(mask).as_py() or 0)
