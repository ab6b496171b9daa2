"""Draw one day of calls of the simulated world, whole columns at a time."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifiers.numbers.simulator.people import Ints, People
from classifiers.numbers.simulator.personas import HOURS, PERSONAS, Persona

CONTACTS = 40
"""Contacts of a person, the first ones called most."""
VICTIM_SECONDS = 900
LEADS = 400
"""Numbers on one bought list."""
CALLERS_PER_LIST = 500
"""One list per so many callers of the world: honest sellers and fraud buy from the same sources."""
SEEN_SHARE = 0.35
"""Of the calls of other networks' numbers, those that reach our subscribers and so are seen."""


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls of a day, in the order of time; numbers are rows of `People.shown`."""

    caller: Ints
    callee: Ints
    at: Ints
    """Seconds since local midnight."""
    seconds: Ints
    cell: Ints
    """Cell of the caller; -1 where the caller is of another network."""


def draw_calls(rng: np.random.Generator, people: People, *, day: int = 0) -> Calls:
    """One day. `day` counts from 0; cards that are not yet activated do not call."""
    drawn = (_persona(rng, people, PERSONAS[name], day) for name in np.unique(people.persona))
    parts = [part for part in drawn if part is not None]
    columns = [np.concatenate([part[n] for part in parts]) for n in range(5)]
    order = np.lexsort((columns[0], columns[2]))
    return Calls(*(column[order] for column in columns))


def _persona(
    rng: np.random.Generator, people: People, p: Persona, day: int
) -> tuple[Ints, ...] | None:
    who = people.of(p.name)
    # Numbers of fraud are worn out in days: each rotates in on its day and burns for two.
    if p.fraud and day:
        who = who[(who + day) % 3 == 0]
    if len(who) == 0:
        return None
    mean = p.calls * np.where(people.own[who], 1.0, SEEN_SHARE)
    counts = rng.negative_binomial(p.shape, p.shape / (p.shape + mean))
    caller = np.repeat(who, counts)
    n = len(caller)
    known = rng.random(n) < p.contacts
    callee = np.where(known, _contact(rng, people, caller), rng.integers(0, len(people.shown), n))
    if p.leads:
        listed = ~known & (rng.random(n) < p.leads)
        callee = np.where(listed, _lead(rng, people, caller), callee)
    at = _times(rng, people, p, caller)
    answered = rng.random(n) < np.where(known, *p.answered)
    median = np.where(known, *p.seconds)
    seconds = np.maximum(1, rng.lognormal(np.log(median), p.sigma, n)).astype(np.int64)
    hooked = ~known & (rng.random(n) < p.hooked)
    seconds = np.where(hooked, rng.poisson(VICTIM_SECONDS, n), seconds)
    seconds = np.where(answered, np.minimum(seconds, 7200), 0)
    cell = _cells(rng, people, p, caller, at)
    back = _calls_back(rng, people, np.where(known, *p.called_back), (caller, callee, at))
    asked = _asked(rng, people, p, who)
    return tuple(
        np.concatenate(columns).astype(np.int64)
        for columns in zip((caller, callee, at, seconds, cell), back, asked, strict=True)
    )


def _contact(rng: np.random.Generator, people: People, caller: Ints) -> Ints:
    """A contact of the caller: by mirrored halves, so that mine has me as a contact too."""
    rank = np.minimum(rng.zipf(1.5, len(caller)) - 1, CONTACTS - 1)
    total = people.callers
    step = (rank * 7919 + 104_729) % max(total - 1, 1)
    mate = (step - caller) % total
    return np.where(mate == caller, (caller + 1) % total, mate)


def _lead(rng: np.random.Generator, people: People, caller: Ints) -> Ints:
    """A number of the list that the caller's team bought."""
    lists = max(people.callers // CALLERS_PER_LIST, 4)
    bought = (people.team[caller] * 2_654_435_761 >> 8) % lists
    entry = rng.integers(0, LEADS, len(caller))
    return (bought * 7_368_787 + entry * 104_729) % len(people.shown)


def _times(rng: np.random.Generator, people: People, p: Persona, caller: Ints) -> Ints:
    weights = np.array(HOURS[p.hours], float)
    if not p.session:
        hour = rng.choice(24, len(caller), p=weights / weights.sum())
        return hour * 3600 + rng.integers(0, 3600, len(caller))
    # One stretch: it begins with the team, give or take two minutes, and runs evenly.
    team, index = np.unique(people.team[caller], return_inverse=True)
    begin = rng.choice(24, len(team), p=weights / weights.sum()) * 3600
    begin = np.minimum(begin, 86_000 - int(p.session * 3600)) + rng.integers(0, 1800, len(team))
    late = (caller * 2_654_435_761 % 240) if p.team > 1 else (caller * 0)
    return (
        begin[index] + late + (rng.random(len(caller)) * p.session * 3600 * 0.97).astype(np.int64)
    )


def _cells(rng: np.random.Generator, people: People, p: Persona, caller: Ints, at: Ints) -> Ints:
    """Where the caller was: home, or one of its cells of the hour."""
    spread = max(p.cells - 1.0, 0.0)
    moving = rng.random(len(caller)) < min(spread / 6, 0.9)
    round_trip = (
        people.cell[caller] + 1 + (caller * 31 + at // 1200 * 17) % max(round(spread * 2), 1)
    )
    return np.where(people.own[caller], np.where(moving, round_trip, people.cell[caller]), -1)


def _calls_back(
    rng: np.random.Generator,
    people: People,
    chance: npt.NDArray[np.float64],
    calls: tuple[Ints, Ints, Ints],
) -> tuple[Ints, ...]:
    """Those who were called call back; a number shown falsely rings somewhere else."""
    caller, callee, at = calls
    first = np.zeros(len(caller), bool)
    first[np.unique(caller * (1 << 32) + callee, return_index=True)[1]] = True
    back = np.flatnonzero(
        (rng.random(len(caller)) < chance) & first & (callee < people.callers * 4)
    )
    who, whom = callee[back], caller[back]
    when = np.minimum(at[back] + rng.exponential(5400, len(back)).astype(np.int64) + 30, 86_399)
    seconds = np.where(rng.random(len(back)) < 0.7, rng.lognormal(3.6, 1.0, len(back)), 0)
    return who, whom, when, seconds.astype(np.int64), _home(people, who)


def _asked(rng: np.random.Generator, people: People, p: Persona, who: Ints) -> tuple[Ints, ...]:
    """Strangers who call first: customers of shops, taxis and hotlines."""
    whom = np.repeat(who, rng.poisson(p.inbound, len(who)))
    n = len(whom)
    strangers = rng.integers(0, people.callers * 4, n)
    weights = np.array(HOURS["day"], float)
    when = rng.choice(24, n, p=weights / weights.sum()) * 3600 + rng.integers(0, 3600, n)
    seconds = np.where(rng.random(n) < 0.8, rng.lognormal(3.8, 0.9, n), 0).astype(np.int64)
    return strangers, whom, when, seconds, _home(people, strangers)


def _home(people: People, who: Ints) -> Ints:
    """The home cell of our subscribers; silent callees are ours in three of ten cases."""
    inside = np.minimum(who, people.callers - 1)
    cells = np.where(people.own[inside], people.cell[inside], -1)
    return np.where(who < people.callers, cells, np.where(who % 10 < 3, who % 997, -1))
