"""The regulator's figures: right by hand-made cases, drawn, and beside each plot its CSV."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.nouns import Indicator, Kind, Observation, Receipt, Release
from pipeline.review import figures
from pipeline.review.console.pages.figures import TITLES
from pipeline.review.enforcement import enforcement
from pipeline.store import releases
from pipeline.store.decisions import last_seq
from pipeline.store.observations import add_observations
from tests.conftest import require_program
from tests.pipeline.review.conftest import Office
from tests.pipeline.review.test_appeals import block, hand_in

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([], 0.5, None), ([7], 0.95, 7), ([1, 2, 3, 4], 0.5, 3), (list(range(100)), 0.95, 95)],
)
def test_quantiles(values: list[float], share: float, expected: float | None) -> None:
    assert figures.quantile(values, share) == expected


def test_a_block_is_enforced_by_each_carrier_with_its_first_receipt_of_a_release_that_holds_it() -> (
    None
):
    made = [Release(n, at(n), cut, None, "f", 1) for n, cut in ((1, 10), (2, 20), (3, 30))]
    told = [Receipt("a", 1, "f", 1, at(5)), Receipt("b", 3, "f", 1, at(4)), Receipt("a", 2, "f", 1, at(9))]  # fmt: skip
    blocks = [(5, at(0)), (15, at(0)), (25, at(1)), (35, at(0))]
    found = enforcement(blocks, made, told, carriers=("a", "b"), until=at(60))
    a, b = found.carriers
    assert (a.name, a.newest_serial, a.lags, a.missing) == ("a", 2, (240.0, 420.0), 2)
    assert a.delays == (300.0, 540.0)
    # Whoever enforces release 3 enforces what was in the first as well.
    assert (b.delays, b.missing) == ((240.0, 240.0, 180.0), 1)
    assert (found.first, found.last) == ((240.0, 240.0, 180.0), (300.0, 540.0))


def test_a_silent_carrier_is_shown_and_a_receipt_counts_from_when_it_came() -> None:
    made = [Release(1, at(1), 10, None, "f", 1)]
    told = [Receipt("a", 1, "f", 1, at(2), received_at=at(30))]
    found = enforcement([(5, at(0))], made, told, carriers=("a", "silent"), until=at(60))
    a, silent = found.carriers
    assert (a.lags, a.claimed, a.delays) == ((29 * 60.0,), (60.0,), (30 * 60.0,))
    assert (silent.newest_serial, silent.delays, silent.missing) == (None, (), 1)
    assert (found.first, found.last) == ((30 * 60.0,), ())


@pytest.mark.parametrize(
    ("month", "name", "first", "last"),
    [
        ("2026-02", "2026-02", "2026-01-31T16:00", "2026-02-28T16:00"),
        ("2026-12", "2026-12", "2026-11-30T16:00", "2026-12-31T16:00"),
        ("9999-12", "2026-03", "2026-02-28T16:00", "2026-03-31T16:00"),
        ("0001-01", "2026-03", "2026-02-28T16:00", "2026-03-31T16:00"),
        ("nonsense", "2026-03", "2026-02-28T16:00", "2026-03-31T16:00"),
        ("", "2026-03", "2026-02-28T16:00", "2026-03-31T16:00"),
    ],
)
def test_a_month_is_that_of_the_desks_zone(month: str, name: str, first: str, last: str) -> None:
    found, span = figures.month_span(month, "Asia/Shanghai", now=NOON)
    assert found == name
    assert span.since.astimezone(UTC).isoformat()[:16] == first
    assert span.until.astimezone(UTC).isoformat()[:16] == last


def work(office: Office) -> None:
    """Four listings, a release that a carrier enforces after six minutes, and one upheld appeal."""
    office.clock.pass_by(hours=2)
    for site in office.sites[:4]:
        block(office, site)
    with office.desk.store.write() as tx:
        release = releases.reserve(tx, at=office.clock.now, cut=last_seq(tx))
        releases.finish(tx, release.serial, manifest_sha256="f" * 64, entries=4)
    later = office.clock.now + timedelta(minutes=6)
    office.receipts.append(Receipt("unicom-sd", release.serial, "f" * 64, 4, later))
    office.clock.pass_by(hours=1)
    hand_in(office, office.sites[0].value)
    senior = office.client("senior")
    form = {"csrf": office.csrf(senior), "state": "upheld", "answer": "honest"}
    assert senior.post("/appeals/1/answer", data=form).status_code == 303


def table(office: Office, name: str) -> list[dict[str, str]]:
    text = office.client("auditor").get(f"/figures/{name}.csv?month=2026-03").text
    return list(csv.DictReader(io.StringIO(text)))


def test_the_figures_are_what_happened(office: Office) -> None:
    work(office)
    delays = {row["step"]: row for row in table(office, "delays")}
    assert delays["report to listed"]["median_seconds"] == "7200.0"
    assert delays["listed to enforced by one"] == {
        "step": "listed to enforced by one", "count": "4", "median_seconds": "360.0", "p95_seconds": "360.0",
    }  # fmt: skip
    quality = {row["measure"]: row["value"] for row in table(office, "quality")}
    assert quality["appeals upheld"] == "1"
    assert quality["upheld per entry listed"] == "0.25"
    assert quality["entries listed"] == "4"
    carriers = table(office, "carriers")
    assert carriers[0]["carrier"] == "unicom-sd"
    assert carriers[0]["median_seconds"] == "360.0"
    listed = table(office, "listed")
    assert sum(int(v) for row in listed for k, v in row.items() if k != "day") == 4
    assert sum(int(row["count"]) for row in table(office, "live-by-category")) == 3
    assert table(office, "regions") == [{"country": "ZZ", "count": "4"}]


def test_a_site_is_counted_once_where_it_is_hosted_now_and_a_number_nowhere(
    office: Office,
) -> None:
    moved, unknown = office.sites[0], Indicator(Kind.HOST, "uncrawled.example")
    for subject in (moved, unknown, Indicator(Kind.NUMBER, "+861012345600")):
        block(office, subject)
    office.clock.pass_by(hours=1)
    block(office, moved)
    now = office.clock.now
    with office.desk.store.write() as tx:
        add_observations(tx, [Observation(moved, "network", {"country": "SG"}, "crawl", now, now)])
    assert table(office, "regions") == [
        {"country": "SG", "count": "1"}, {"country": "unknown", "count": "1"}
    ]  # fmt: skip


def test_an_appeal_that_nobody_answered_in_time_is_counted(office: Office) -> None:
    work(office)
    hand_in(office, office.sites[1].value)

    def overdue() -> str:
        rows = {row["measure"]: row["value"] for row in table(office, "quality")}
        assert rows["answered late"] == "0"
        return rows["overdue now"]

    assert overdue() == "0"
    office.clock.pass_by(hours=office.desk.settings.desk.appeal_hours, seconds=1)
    assert overdue() == "1"


def test_beside_every_plot_is_its_csv(office: Office) -> None:
    work(office)
    page = office.client("auditor").get("/figures?month=2026-03").text
    for name in TITLES:
        assert f"/figures/{name}.csv?month=2026-03" in page
        assert table(office, name) or name == "verdicts"
    assert page.count('<svg class="plot"') >= 6


def test_the_report_of_a_month_prints_to_pdf(office: Office) -> None:
    require_program("chromium")
    work(office)
    answer = office.client("auditor").get("/figures/report.pdf?month=2026-03")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")


def test_an_empty_month_is_shown_as_one(office: Office) -> None:
    page = office.client("auditor").get("/figures?month=2020-01")
    assert page.status_code == 200
    assert "Nothing in this period." in page.text
