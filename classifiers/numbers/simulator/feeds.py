"""The simulated world → its feed files, in the contract's columns, and the truth beside them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from classifiers.numbers.simulator.calls import Calls, draw_calls
from classifiers.numbers.simulator.people import RISK_AREAS, People, draw_people
from classifiers.numbers.simulator.personas import PERSONAS

Column = npt.NDArray[Any]

HOME_AREA = "510100"


@dataclass(frozen=True, slots=True)
class World:
    """What one seed makes."""

    seed: int
    first_day: date
    days: int
    people: People
    offset: int = 8 * 3600

    @property
    def midnight(self) -> int:
        """Local midnight of the first day, in seconds UTC."""
        start = datetime(self.first_day.year, self.first_day.month, self.first_day.day, tzinfo=UTC)
        return int(start.timestamp()) - self.offset


def make_world(
    *,
    seed: int,
    numbers: int,
    fraud: float,
    first_day: date,
    days: int = 1,
    shares: Mapping[str, float] | None = None,
) -> World:
    """Draw the people of a world. The same arguments give the same feeds, byte for byte.

    `shares`: of honest personas, in place of their own.
    """
    rng = np.random.default_rng([seed, 1])
    people = draw_people(rng, numbers=numbers, fraud=fraud, shares=shares)
    return World(seed, first_day, days, people)


def calls_of(world: World) -> Iterator[tuple[date, Calls]]:
    """The calls of each day, as drawn."""
    for day in range(world.days):
        rng = np.random.default_rng([world.seed, 2, day])
        yield world.first_day + timedelta(days=day), draw_calls(rng, world.people, day=day)


def call_records(world: World, day: date, calls: Calls) -> pa.Table:
    """A day's calls in the columns of the `calls` contract."""
    people = world.people
    shown = pa.array(people.shown)
    start = world.midnight + (day - world.first_day).days * 86_400
    inside = np.minimum(calls.caller, people.callers - 1)
    is_caller = calls.caller < people.callers
    ours = calls.cell >= 0
    spoofing = is_caller & np.isin(people.persona[inside], ["spoofed"])
    abroad = spoofing | (is_caller & (people.persona[inside] == "foreigner"))
    trunk = np.where(abroad, 2, np.where(ours, 0, 1))
    imei = np.where(is_caller, people.imei[inside], 35_000_000_000_000 + calls.caller)
    away = is_caller & people.away[inside]
    area = np.where(away, 1 + inside % len(RISK_AREAS), 0)
    return pa.table(
        {
            "caller": shown.take(pa.array(calls.caller)),
            "callee": shown.take(pa.array(calls.callee)),
            "start": _iso(calls.at + start, world.offset),
            "seconds": pa.array(calls.seconds),
            "imei": pc.if_else(pa.array(ours), pa.array(imei).cast(pa.string()), None),
            "cell": pc.if_else(pa.array(ours), pa.array(calls.cell).cast(pa.string()), None),
            "area": pc.if_else(
                pa.array(ours), pa.array([HOME_AREA, *RISK_AREAS]).take(pa.array(area)), None
            ),
            "trunk": pa.array(["own", "national", "international"]).take(pa.array(trunk)),
        }
    )


def slow_feeds(world: World, days: list[tuple[date, Calls]]) -> dict[str, pa.Table]:
    """The subscriber, complaint, SMS and top-up files that go with the days, and the truth."""
    people, rng = world.people, np.random.default_rng([world.seed, 3])
    shown = pa.array(people.shown)
    ours = np.flatnonzero(people.own)
    last = world.midnight + world.days * 86_400

    def numbers(rows: Column) -> pa.Array:
        return shown.take(pa.array(rows))

    def ago(days_before: Column) -> pa.Array:
        moments = world.midnight - (days_before * 86_400).astype(np.int64)
        return _iso(moments, world.offset)

    subscribers = pa.table(
        {
            "number": numbers(ours),
            "activated": ago(people.activated_days[ours]),
            "as_of": _iso(np.full(len(ours), last - 1), world.offset),
            "identity": pa.array(people.identity[ours]).cast(pa.string()),
            "dealer": pa.array(people.dealer[ours]).cast(pa.string()),
            "batch": pa.array(people.batch[ours]).cast(pa.string()),
            "imei": pa.array(people.imei[ours]).cast(pa.string()),
            "last_active": ago(people.silent_days[ours]),
        }
    )
    complaints, messages = [], []
    for day, calls in days:
        start = world.midnight + (day - world.first_day).days * 86_400
        complaints.append(_complaints(rng, people, calls, start, last))
        messages.append(_messages(rng, people, start))
    about, by, when, fraud = (np.concatenate(column) for column in zip(*complaints, strict=True))
    sender, receiver, sent = (np.concatenate(column) for column in zip(*messages, strict=True))
    paid = ours[rng.random(len(ours)) < 0.4]
    since = np.minimum(rng.exponential(20, len(paid)), people.activated_days[paid])
    return {
        "subscribers": subscribers,
        "complaints": pa.table(
            {
                "number": numbers(about),
                "reporter": pa.array(by).cast(pa.string()),
                "time": _iso(when, world.offset),
                "verdict": pa.array(["harassment", "fraud"]).take(pa.array(fraud.astype(np.int64))),
            }
        ),
        "sms": pa.table(
            {
                "sender": numbers(sender),
                "receiver": numbers(receiver),
                "sent": _iso(sent, world.offset),
            }
        ),
        "topups": pa.table(
            {
                "number": numbers(paid),
                "time": ago(since),
                "amount": pa.array(rng.choice([10.0, 30.0, 50.0, 100.0], len(paid))),
            }
        ),
        "truth": pa.table(
            {
                "number": numbers(np.arange(people.callers)),
                "persona": pa.array(people.persona.tolist()),
                "fraud": pa.array(people.fraud.astype(np.int8)),
                "team": pa.array(people.team),
            }
        ),
    }


def _complaints(
    rng: np.random.Generator, people: People, calls: Calls, start: int, last: int
) -> tuple[Column, ...]:
    rates = {name: p.complained for name, p in PERSONAS.items()}
    inside = np.minimum(calls.caller, people.callers - 1)
    names, index = np.unique(people.persona, return_inverse=True)
    rate = np.array([rates[name] for name in names])[index][inside]
    rate = np.where(calls.caller < people.callers, rate, rates["ordinary"])
    told = np.flatnonzero((calls.seconds > 0) & (rng.random(len(rate)) < rate))
    delay = rng.exponential(6 * 3600, len(told)).astype(np.int64) + 60
    when = start + calls.at[told] + calls.seconds[told] + delay
    kept = when < last
    told, when = told[kept], when[kept]
    wicked = people.fraud[inside[told]] & (rng.random(len(told)) < 0.8)
    return calls.caller[told], calls.callee[told], when, wicked


def _messages(rng: np.random.Generator, people: People, start: int) -> tuple[Column, ...]:
    names, index = np.unique(people.persona, return_inverse=True)
    mean = np.array([PERSONAS[name].sms for name in names])[index] * people.own
    sender = np.repeat(np.arange(people.callers), rng.poisson(mean))
    receiver = rng.integers(0, len(people.shown), len(sender))
    return sender, receiver, start + rng.integers(8 * 3600, 22 * 3600, len(sender))


def _iso(seconds: Column, offset: int) -> pa.Array:
    """Local time as text, as carriers write it: `2026-03-01 09:30:00`."""
    local = pa.array(np.asarray(seconds, np.int64) + offset).cast(pa.timestamp("s"))
    return pc.strftime(local, format="%Y-%m-%d %H:%M:%S")
