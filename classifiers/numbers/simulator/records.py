"""The simulated world as normalised records, without the way through files: for training.

Numbers are rows of the world's people, so the truth needs no join. What the reader derives from the
text of a number or an IMEI (form, TAC) is derived the same way here.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from classifiers.numbers.simulator.calls import Calls
from classifiers.numbers.simulator.feeds import World, call_records, slow_feeds
from pipeline.feeds.forms import Form, read_number
from pipeline.feeds.normalise import area_code


@dataclass(frozen=True, slots=True)
class Normalised:
    """A day of call records, and which call of its caller each one is, counted from 0."""

    records: pa.Table
    rank: np.ndarray[tuple[int], np.dtype[np.int64]]


def forms_of(world: World) -> pa.Array:
    """The form code of every number of the world, as the reader sees it."""
    people = world.people
    codes = np.full(len(people.shown), int(Form.MOBILE), np.int8)
    for n in range(people.callers):
        abroad = people.persona[n] in ("spoofed", "foreigner")
        codes[n] = int(read_number(people.shown[n], "international" if abroad else "own").form)
    return pa.array(codes)


def normalised(world: World, day: date, calls: Calls, forms: pa.Array) -> Normalised:
    """One day of calls in the columns that are kept."""
    told = call_records(world, day, calls)
    start = world.midnight + (day - world.first_day).days * 86_400
    areas = told["area"].combine_chunks().dictionary_encode()
    codes = pa.array([area_code(text) for text in areas.dictionary.to_pylist()], pa.int32())
    imei = told["imei"].cast(pa.int64())
    table = pa.table(
        {
            "number": pa.array(calls.caller),
            "form": forms.take(pa.array(calls.caller)),
            "other": pa.array(calls.callee),
            "at": pa.array(calls.at + start),
            "seconds": pa.array(calls.seconds.astype(np.int32)),
            "imei": imei,
            "tac": pc.divide(imei, 1_000_000).cast(pa.int32()),
            "cell": told["cell"].cast(pa.int64()),
            "area": codes.take(areas.indices),
        }
    )
    order = np.argsort(calls.caller, kind="stable")
    sorted_callers = calls.caller[order]
    starts = np.r_[0, np.flatnonzero(np.diff(sorted_callers)) + 1]
    counts = np.diff(np.r_[starts, len(order)])
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order)) - np.repeat(starts, counts)
    return Normalised(table, rank)


def first_calls(day: Normalised, k: int, total: int) -> pa.Table:
    """What was known of each number when it made its k-th call, `total` numbers in the world.

    Calls after a number's k-th are left out; a call that reached a number only later goes to nobody
    instead, so that no later call-back leaks into it.
    """
    numbers = day.records["number"].to_numpy()
    others = day.records["other"].to_numpy()
    times = day.records["at"].to_numpy()
    until = np.full(total, np.iinfo(np.int64).max)
    last = day.rank == k - 1
    until[numbers[last]] = times[last]
    late = times > until[others]
    nobody = np.where(late, -1 - np.arange(len(others)), others)
    kept = pa.array(day.rank < k)
    table = day.records.set_column(2, "other", pa.array(nobody))
    return table.filter(kept)


def slow_normalised(world: World, days: list[tuple[date, Calls]]) -> dict[str, pa.Table]:
    """The slow feeds in the columns that are kept."""
    told = slow_feeds(world, days)
    rows = {text: n for n, text in reversed(list(enumerate(world.people.shown)))}

    def number(column: pa.ChunkedArray) -> pa.Array:
        return pa.array([rows[text] for text in column.to_pylist()], pa.int64())

    def seconds(column: pa.ChunkedArray) -> pa.Array:
        moments = column.combine_chunks().cast(pa.timestamp("s")).cast(pa.int64())
        return pc.subtract(moments, world.offset)

    def key(column: pa.ChunkedArray) -> pa.Array:
        return column.combine_chunks().cast(pa.int64())

    s, c, m, t = told["subscribers"], told["complaints"], told["sms"], told["topups"]
    verdict = pc.if_else(pc.equal(c["verdict"], "fraud"), 0, 1).cast(pa.int8())
    return {
        "subscribers": pa.table(
            {
                "number": number(s["number"]),
                "at": seconds(s["as_of"]),
                "activated": seconds(s["activated"]),
                "identity": key(s["identity"]),
                "dealer": key(s["dealer"]),
                "batch": key(s["batch"]),
                "last_active": seconds(s["last_active"]),
            }
        ),
        "complaints": pa.table(
            {
                "number": number(c["number"]),
                "reporter": key(c["reporter"]),
                "at": seconds(c["time"]),
                "verdict": verdict,
            }
        ),
        "sms": pa.table(
            {
                "number": number(m["sender"]),
                "other": number(m["receiver"]),
                "at": seconds(m["sent"]),
            }
        ),
        "topups": pa.table({"number": number(t["number"]), "at": seconds(t["time"])}),
    }
