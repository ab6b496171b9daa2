"""A file whose columns hold another's contents is told by what the carrier's files look like."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import FanzhaError
from pipeline.feeds.contents import check_contents
from pipeline.feeds.mapping import Mapping
from pipeline.feeds.shelf import Delivery
from tests.pipeline.feeds.conftest import Desk

HEADER = "caller,callee,start,seconds,imei,cell,area,trunk"
Row = dict[str, str]
ROWS = 600


def day(seed: int) -> list[Row]:
    """Calls of 60 people, each with a phone, to 300 others; two of three are answered."""
    draw = random.Random(seed)
    rows = []
    for n in range(ROWS):
        who = draw.randrange(60)
        answered = draw.random() < 0.66
        rows.append(
            {
                "caller": f"137001370{who:02d}",
                "callee": f"139001{draw.randrange(300):05d}",
                "start": f"2026-03-01 {n // 60:02d}:{n % 60:02d}:{seed:02d}",
                "seconds": str(draw.randrange(5, 600) if answered else 0),
                "imei": f"35640070{who:06d}7",
                "cell": f"460001{draw.randrange(20):04d}",
                "area": "510100",
                "trunk": "own",
            }
        )
    return rows


def write(desk: Desk, rows: list[Row]) -> Path:
    names = HEADER.split(",")
    return desk.write(*(",".join(row[name] for name in names) for row in rows), header=HEADER)


def exchanged(one: str, two: str) -> Callable[[Row], Row]:
    return lambda row: {**row, one: row[two], two: row[one]}


def test_files_of_the_same_kind_of_people_pass(desk: Desk) -> None:
    for seed in range(3):
        done = desk.take(write(desk, day(seed)))
    assert done.shares["numbers_per_imei"] == 1
    assert done.shares["answered"] == pytest.approx(0.66, abs=0.1)


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        (exchanged("caller", "callee"), "numbers use a device"),
        (exchanged("caller", "imei"), "of no numbering plan"),
        (exchanged("imei", "cell"), "is no IMEI"),
        (lambda row: {**row, "imei": "garbage"}, "is no IMEI"),
        (lambda row: {**row, "area": "Chengdu"}, r"\[values.area\]"),
        (lambda row: {**row, "caller": row["start"].replace(" ", "").replace(":", "")}, "plan"),
        (lambda row: {**row, "seconds": "40000"}, "over ten minutes"),
    ],
)
def test_a_first_file_is_stopped_by_what_no_carrier_has(
    desk: Desk, wrong: Callable[[Row], Row], word: str
) -> None:
    path = write(desk, [wrong(row) for row in day(0)])
    with pytest.raises(FanzhaError, match=word):
        desk.take(path)
    assert not any(p.is_file() for p in (desk.folder / "feeds").rglob("*"))
    assert desk.take(path, accept_columns=True).kept == ROWS


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        (
            lambda row: {**row, "seconds": str(int(row["seconds"]) + 7)},
            "share of its calls is answered",
        ),
        (lambda row: {**row, "caller": f"106575{row['callee'][-5:]}", "imei": ""}, "the forms"),
        (
            lambda row: (
                {**row, "imei": "none" if row["callee"] < "13900100100" else row["imei"]}
                | ({"imei": "x1"} if row["callee"] < "13900100120" else {})
            ),
            "share of `imei` cannot be read",
        ),
    ],
)
def test_a_later_file_is_compared_with_those_before_it(
    desk: Desk, wrong: Callable[[Row], Row], word: str
) -> None:
    desk.take(write(desk, day(0)))
    with pytest.raises(FanzhaError, match=word):
        desk.take(write(desk, [wrong(row) for row in day(1)]))
    assert len(desk.shelf.deliveries()) == 1


def test_callers_that_are_not_our_subscribers(desk: Desk) -> None:
    people = [f"137001370{n:02d},2025-01-01,2026-03-01" for n in range(60)]
    path = desk.write(*people, header="number,activated,as_of")
    desk.take(path, mapping=Mapping("subscribers"))
    desk.take(write(desk, day(0)))
    turned = [{**exchanged("caller", "callee")(row), "imei": ""} for row in day(1)]
    with pytest.raises(FanzhaError, match="are our subscribers"):
        desk.take(write(desk, turned))


def test_identities_that_are_dealers(desk: Desk) -> None:
    head = "number,activated,as_of,identity,dealer"
    rows = [f"137001{n:05d},2025-01-01,2026-03-01,shop{n % 9},id{n}" for n in range(ROWS)]
    with pytest.raises(FanzhaError, match="stand on an identity"):
        desk.take(desk.write(*rows, header=head), mapping=Mapping("subscribers"))
    late = [f"137001{n:05d},2026-03-01,2025-01-01" for n in range(ROWS)]
    with pytest.raises(FanzhaError, match="opened after"):
        desk.take(
            desk.write(*late, header="number,activated,as_of"),
            mapping=Mapping("subscribers"),
            backfill=True,
        )


def test_what_cannot_be_read_is_counted(desk: Desk) -> None:
    rows = day(0)
    for row in rows[:30]:
        row["imei"] = "none of ours"
    for row in rows[:20]:
        row["area"] = "Chengdu"
    done = desk.take(write(desk, rows))
    assert (done.rejected, done.unread) == (0, {"imei": 30, "area": 20})


def test_nearness_to_one_of_the_last_files_is_enough(desk: Desk) -> None:
    def delivery(seed: int, answered: float) -> Delivery:
        done = desk.take(write(desk, day(seed)), accept_columns=True)
        return Delivery(
            **{f: getattr(done, f) for f in done.__slots__} | {"shares": {"answered": answered}}
        )

    night, noon, later = delivery(0, 0.2), delivery(1, 0.7), delivery(2, 0.3)
    check_contents(later, [night, noon], path=Path("calls.csv"))
    with pytest.raises(FanzhaError, match="last 1 files"):
        check_contents(later, [noon], path=Path("calls.csv"))


def test_a_file_of_one_sim_box_is_no_exchanged_file(desk: Desk) -> None:
    rows = [{**row, "imei": "860123040000018"} for row in day(0)]
    assert "numbers_per_imei" not in desk.take(write(desk, rows)).shares
