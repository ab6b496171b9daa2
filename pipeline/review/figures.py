"""The regulator's figures of a period: what came in, what was listed, how fast, and how often wrong."""

import csv
import io
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from pipeline.nouns import Label, Receipt
from pipeline.review.enforcement import Enforcement, enforcement
from pipeline.store import Connection, figures
from pipeline.store.appeals import AppealState
from pipeline.store.figures import Counts, Span
from pipeline.store.releases import finished_between

Cell = str | int | float

YEARS = range(1971, 9999)
"""Years whose months, with their neighbours in any zone, are times that can be told."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One table of figures; `shape` says how it is drawn: `days`, `bars` or `table`."""

    name: str
    shape: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def csv(self) -> str:
        """The table as CSV (RFC 4180, UTF-8) with a header."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(self.rows)
        return text.getvalue()


def month_span(month: str, zone: str, *, now: datetime) -> tuple[str, Span]:
    """The span of a month `2026-03` in a zone; of the running month where it is not one."""
    local = ZoneInfo(zone)
    try:
        first = datetime.strptime(f"{month}-01", "%Y-%m-%d").replace(tzinfo=local)
        if first.year not in YEARS:
            raise ValueError(month)
    except ValueError:
        first = now.astimezone(local).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = (first + timedelta(days=32)).replace(day=1)
    shift = first.utcoffset() or timedelta(0)
    return first.strftime("%Y-%m"), Span(first, following, shift)


def all_figures(
    tx: Connection,
    span: Span,
    *,
    receipts: Sequence[Receipt],
    carriers: Collection[str] = (),
    now: datetime,
) -> dict[str, Figure]:
    """Every figure of a span by its name, in the order in which they are shown.

    `carriers` are those who should enforce: they are shown, whether they send receipts or not.
    """
    reported, listed = figures.reports_by_day(tx, span), figures.listed_by_day(tx, span)
    live, judged = figures.live_entries(tx, at=now), figures.verdicts_by_label(tx, span)
    categories, deciders = Counter[str](), Counter[str]()
    for category, by_policy, count in live:
        categories[category] += count
        deciders["policy" if by_policy else "people"] += count
    enforced = _enforcement(tx, span, receipts, carriers)
    found = [
        _by_day("reports", reported, span, now),
        _by_day("listed", listed, span, now),
        _counted("live-by-category", "category", categories),
        _counted("live-by-decider", "decider", deciders),
        _counted("sources", "source", _totals(reported)),
        _counted("regions", "country", _countries(tx, span)),
        _delays(tx, span, enforced),
        _appeals(tx, span, listed=sum(count for *_, count in listed), judged=judged, now=now),
        _counted("verdicts", "label", judged),
        _carriers(enforced),
    ]
    return {figure.name: figure for figure in found}


def quantile(values: Sequence[float], share: float) -> float | None:
    """The value below which a share of the values lies (nearest rank); None where there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None


def false_positive_rate(upheld: int, listed: int) -> float | None:
    """Upheld appeals per listed entry: a lower bound, as not all who are wronged appeal."""
    return upheld / listed if listed else None


def dead_share(verdicts: dict[str, int]) -> float | None:
    """Share of judged subjects where nothing answered or the site was parked."""
    total = sum(verdicts.values())
    nothing = verdicts.get(Label.DEAD.value, 0) + verdicts.get(Label.PARKED.value, 0)
    return nothing / total if total else None


def _by_day(name: str, counts: Counts, span: Span, now: datetime) -> Figure:
    """Days as rows, names as columns, the most frequent seven by themselves and the rest together."""
    totals = Counter({n: sum(c for _, m, c in counts if m == n) for n in {m for _, m, _ in counts}})
    names = [n for n, _ in sorted(totals.items(), key=lambda pair: (-pair[1], pair[0]))]
    shown, rest = names[:7], set(names[7:])
    columns = (*shown, "rest") if rest else tuple(shown)
    first = span.since.date()
    last = min(
        span.until - timedelta(days=1), max(now.astimezone(span.since.tzinfo), span.since)
    ).date()
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    cells: Counter[tuple[str, str]] = Counter()
    for day, counted, count in counts:
        key = (date(1970, 1, 1) + timedelta(days=day)).isoformat()
        cells[key, "rest" if counted in rest else counted] += count
    rows = tuple[tuple[Cell, ...], ...](
        (d.isoformat(), *(cells[d.isoformat(), c] for c in columns)) for d in days
    )
    return Figure(name, "days", ("day", *columns), rows)


def _counted(name: str, what: str, counts: dict[str, int]) -> Figure:
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return Figure(name, "bars", (what, "count"), tuple(ordered))


def _totals(counts: Counts) -> dict[str, int]:
    found: Counter[str] = Counter()
    for _day, name, count in counts:
        found[name] += count
    return dict(found)


def _countries(tx: Connection, span: Span) -> dict[str, int]:
    found: Counter[str] = Counter()
    for _site, network in figures.networks_of_listed(tx, span):
        country = network.get("country") if isinstance(network, dict) else None
        found[str(country or "unknown")] += 1
    return dict(found)


def _delays(tx: Connection, span: Span, found: Enforcement) -> Figure:
    """Seconds from the first report to the listing, and from there until carriers enforce it."""
    listing = [(listed - heard).total_seconds() for heard, listed in figures.waits(tx, span)]
    steps = (
        ("report to listed", listing),
        ("listed to enforced by one", found.first),
        ("listed to enforced by all", found.last),
    )
    rows = tuple((name, len(values), *_middle_and_most(values)) for name, values in steps)
    return Figure("delays", "table", ("step", "count", "median_seconds", "p95_seconds"), rows)


def _appeals(
    tx: Connection, span: Span, *, listed: int, judged: dict[str, int], now: datetime
) -> Figure:
    heard = figures.appeals_between(tx, span)
    states = Counter(one.state for one in heard)
    took = [(one.closed_at - one.opened_at).total_seconds() for one in heard if one.closed_at]
    late = sum(1 for one in heard if one.closed_at and one.closed_at > one.due_at)
    overdue = sum(1 for one in heard if one.closed_at is None and one.due_at < now)
    # One upheld appeal answers all about its entry, and the entry was wrong once.
    wrong = {one.target for one in heard if one.state == AppealState.UPHELD}
    rate = false_positive_rate(len(wrong), listed)
    dead = dead_share(judged)
    cells: list[tuple[Cell, ...]] = [
        *((f"appeals {state.value}", states[state.value]) for state in AppealState),
        ("answered late", late),
        ("overdue now", overdue),
        ("median seconds to answer", _rounded(quantile(took, 0.5))),
        ("entries listed", listed),
        ("upheld per entry listed", "" if rate is None else round(rate, 6)),
        ("dead or parked share", "" if dead is None else round(dead, 4)),
    ]
    return Figure("quality", "table", ("measure", "value"), tuple(cells))


def _enforcement(
    tx: Connection, span: Span, receipts: Sequence[Receipt], carriers: Collection[str]
) -> Enforcement:
    # Whoever has said nothing enforces nothing: how long then needs no looking.
    blocks = figures.blocks_with_seq(tx, span) if receipts or carriers else []
    releases = finished_between(tx, span.since, None)
    return enforcement(blocks, releases, receipts, carriers=carriers, until=span.until)


def _carriers(found: Enforcement) -> Figure:
    """How long after a release each carrier enforces it, by our clock and by its own; who is silent."""
    rows = tuple(
        (
            one.name,
            "never" if one.newest_serial is None else one.newest_serial,
            len(one.lags),
            *_middle_and_most(one.lags),
            _rounded(quantile(one.claimed, 0.5)),
            *_middle_and_most(one.delays),
            one.missing,
        )
        for one in found.carriers
    )
    columns = (
        "carrier", "newest_serial", "receipts", "median_seconds", "p95_seconds", "claimed_median_seconds",
        "listed_median_seconds", "listed_p95_seconds", "not_enforced",
    )  # fmt: skip
    return Figure("carriers", "table", columns, rows)


def _middle_and_most(values: Sequence[float]) -> tuple[Cell, Cell]:
    return _rounded(quantile(values, 0.5)), _rounded(quantile(values, 0.95))


def _rounded(value: float | None) -> Cell:
    return "" if value is None else round(value, 1)
