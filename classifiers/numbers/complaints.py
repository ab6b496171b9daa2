"""Complaints about a number → how much they say: distinct, weighed voices with two-speed decay.

After PhoneBlock's practice: one unit per person and number, a fast half-life for how hot a number
is and a slow one for what it is, and as confidence the lower end of Wilson's interval, which stays
low while there is little evidence (Wilson, JASA 1927). The points weigh so (`accounts`), and
the features of complaints, which are the same sums as expressions (`features.window`).
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

HEAT_DAYS = 14.0
CLASS_DAYS = 125.0
Z = 1.96
UNPROVEN = 0.1
"""Weight of a reporter none of whose reports was ever confirmed or refuted."""
CROWD = 3.0
"""Most that all unproven reporters together weigh: a thousand new accounts are a few voices."""
PROVEN = 20.0
"""Most that all reporters together weigh who were ever right: a record can be bought, too."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """One person's word about one number."""

    reporter: str
    at: datetime
    legitimate: bool = False
    """True where the reporter says that the number is in order."""


@dataclass(frozen=True, slots=True)
class Record:
    """What became of a reporter's earlier reports."""

    confirmed: int = 0
    refuted: int = 0

    @property
    def weight(self) -> float:
        """From `UNPROVEN` up to 1: the share that was confirmed, doubted while there are few.

        Nothing from who was found wrong more often than right.
        """
        known = self.confirmed + self.refuted
        if known == 0:
            return UNPROVEN
        if self.refuted > self.confirmed:
            return 0.0
        return max(UNPROVEN, (self.confirmed + 0.2) / (known + 2))


@dataclass(frozen=True, slots=True)
class Voice:
    """What the complaints about a number add up to."""

    reporters: int
    """Distinct people who complain."""
    credible: int
    """Of them, those who were right before, and not found wrong more often."""
    heat: float
    against: float
    """Weight of complaints, half-life 125 days."""
    for_it: float
    """Weight of those who say it is in order."""
    confidence: float
    """Lower end of Wilson's interval of the share that complains; 0 to 1."""


def weigh(
    complaints: Iterable[Complaint], records: Mapping[str, Record], *, now: datetime
) -> Voice:
    """Add up the complaints about one number. Of one reporter, the newest word alone counts."""
    newest: dict[str, Complaint] = {}
    for complaint in complaints:
        if complaint.at <= now:
            known = newest.get(complaint.reporter)
            if known is None or complaint.at >= known.at:
                newest[complaint.reporter] = complaint
    sums = {"heat": [0.0, 0.0], "against": [0.0, 0.0], "for": [0.0, 0.0]}
    for reporter, complaint in newest.items():
        record = records.get(reporter, Record())
        proven = 1 if record.confirmed else 0
        age = (now - complaint.at) / timedelta(days=1)
        slow = record.weight * 0.5 ** (age / CLASS_DAYS)
        if complaint.legitimate:
            sums["for"][proven] += slow
        else:
            sums["against"][proven] += slow
            sums["heat"][proven] += record.weight * 0.5 ** (age / HEAT_DAYS)
    heat, against, for_it = (min(new, CROWD) + min(old, PROVEN) for new, old in sums.values())
    those = [name for name, complaint in newest.items() if not complaint.legitimate]
    found = [records.get(name, Record()) for name in those]
    credible = sum(record.confirmed > 0 and record.weight > 0 for record in found)
    return Voice(len(those), credible, heat, against, for_it, wilson(against, against + for_it))


def wilson(successes: float, trials: float, *, z: float = Z) -> float:
    """Lower end of Wilson's score interval; successes and trials may be fractions. 0 for none."""
    if trials <= 0:
        return 0.0
    share = successes / trials
    centre = share + z * z / (2 * trials)
    spread = z * math.sqrt((share * (1 - share) + z * z / (4 * trials)) / trials)
    return max(0.0, (centre - spread) / (1 + z * z / trials))
