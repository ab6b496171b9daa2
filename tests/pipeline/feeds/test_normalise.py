"""Rows that only look right: what stands in a number's, a device's or a time's place and is none."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import FanzhaError
from pipeline.feeds.clock import Clock
from pipeline.feeds.mapping import Mapping, load_mapping
from pipeline.feeds.normalise import imei
from pipeline.feeds.shelf import Delivery
from tests.pipeline.feeds.conftest import Desk, call

OFFSET = 8 * 3600
TEN_LOCAL = 1_772_330_400
"""1 March 2026, 10:00 in China."""


def kept(desk: Desk, delivery: Delivery) -> list[dict[str, int | None]]:
    path = desk.shelf.rows(delivery.kind, "2026-03-01", delivery.id)
    rows: list[dict[str, int | None]] = pq.ParquetFile(path).read().to_pylist()
    return rows


@pytest.mark.parametrize(
    "text",
    ["N/A", "1.38E+10", "12", "unknown", "1" * 26, "abc123", "张三138", "2026-03-01 10:00:14"],
)
@pytest.mark.parametrize("side", ["caller", "callee"])
def test_what_is_no_number_is_set_aside(desk: Desk, text: str, side: str) -> None:
    path = desk.write(*(call(n) for n in range(9)), call(9, **{side: text}))
    delivery = desk.take(path)
    assert (delivery.kept, delivery.reasons) == (9, {f"{side}: expected 3 to 25 digits": 1})
    with pytest.raises(FanzhaError, match="rows are bad"):
        desk.take(desk.write(*(call(n, **{side: text}) for n in range(9)), call(40)))


def test_whole_fractions_are_numbers(desk: Desk) -> None:
    path = desk.write(call(1))
    table = pa.table(
        {
            "caller": [13800138000.0, 13800138001.0],
            "callee": ["13900139000.0", "+8613900139000.0"],
            "start": ["2026-03-01 10:01:00"] * 2,
            "seconds": [30, 30],
            "imei": [35000000000001.0, None],
        }
    )
    pq.write_table(table, path)
    rows = kept(desk, desk.take(path))
    number = [desk.keys.surrogate("number", f"+861380013800{n}") for n in (0, 1)]
    assert [row["number"] for row in rows] == number
    assert {row["other"] for row in rows} == {desk.keys.surrogate("number", "+8613900139000")}
    assert [row["tac"] for row in rows] == [35000000, None]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-03-01 10:00:00", TEN_LOCAL),
        ("2026-03-01 10:00:00+08", TEN_LOCAL),
        ("2026-03-01 02:00:00.25+00", TEN_LOCAL),
        ("2026-03-01T10:00:00+0800", TEN_LOCAL),
        ("2026-03-01T02:00:00Z", TEN_LOCAL),
        ("20260301100000", TEN_LOCAL),
        (str(TEN_LOCAL), TEN_LOCAL),
        ("2026-03-01", TEN_LOCAL - 10 * 3600),
        ("20260301", TEN_LOCAL - 10 * 3600),
    ],
)
def test_times_as_carriers_write_them(text: str, seconds: int) -> None:
    found, bad = Clock(OFFSET).seconds(pa.array([text, "soon", None]), day=False)
    assert (found[0], bad.tolist()) == (seconds, [False, True, True])


def test_a_mapping_says_how_times_are_written(desk: Desk) -> None:
    path = desk.folder / "m.toml"
    path.write_text("kind = 'calls'\ntime_format = '%d.%m.%Y %H:%M'\n", "utf-8")
    mapping = load_mapping(path)
    row = call(1).replace("2026-03-01 10:01:00", "01.03.2026 10:00")
    (found,) = kept(desk, desk.take(desk.write(row), mapping=mapping))
    assert found["at"] == TEN_LOCAL
    zoned = Clock(OFFSET, "%Y/%m/%d %H:%M %z").seconds(
        pa.array(["2026/03/01 02:00 +0000"]), day=False
    )
    assert zoned[0].tolist() == [TEN_LOCAL]
    path.write_text("kind = 'calls'\ntime_format = '%H:%M'\n", "utf-8")
    with pytest.raises(FanzhaError, match="time_format"):
        load_mapping(path)


@pytest.mark.parametrize("text", ["000000000000000", "99999999999999", "1234567", "1" * 17, "-"])
def test_a_placeholder_is_no_device(text: str) -> None:
    assert imei(text) is None


def test_placeholders_are_nobody_s_key(desk: Desk) -> None:
    rows = [
        call(n).replace("35000000000001,c1", f"{device},{cell}")
        for n, (device, cell) in enumerate(
            [("0" * 15, "N/A"), ("", "0000"), ("35-000000-000001-8", "c1"), ("null", "未知")]
        )
    ]
    found = kept(desk, desk.take(desk.write(*rows), mapping=Mapping("calls")))
    assert [row["imei"] is None for row in found] == [True, True, False, True]
    assert [row["cell"] is None for row in found] == [True, True, False, True]
    assert [row["tac"] for row in found] == [None, None, 35000000, None]
