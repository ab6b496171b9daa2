"""Files that are no feeds, or not whole: a word of what was expected, nothing of what is in them."""

import bz2
import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import FanzhaError
from pipeline.feeds import broken, source
from pipeline.feeds.mapping import Mapping, load_mapping
from pipeline.feeds.telling import told_cause, told_names
from tests.pipeline.feeds.conftest import HEADER, Desk, call

SHORT = "caller,callee,start,seconds"
ROW = "13800138000,13900139000,2026-03-01 10:00:00,3"


def refused(desk: Desk, path: Path, mapping: Mapping | None = None) -> str:
    """What is said of a file, of which nothing may be kept and no number told."""
    with pytest.raises(FanzhaError) as stop:
        desk.take(path, mapping=mapping)
    assert not any(p.is_file() for p in (desk.folder / "feeds").rglob("*"))
    said = str(stop.value).replace(str(path), path.name)
    assert "138" not in said
    assert stop.value.__cause__ is None  # a log of it would quote the file
    return said


def test_a_file_without_a_header_shows_none_of_its_numbers(desk: Desk) -> None:
    said = refused(desk, desk.write(call(1), header=call(0)))
    assert "missing: caller" in said
    assert "looks like data" in said


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("CSV parse error: Expected 2 columns, got 1: 13800138000;li", "…got 1: …"),
        ("Row #12: Expected 8 columns, got 3: li", "got 3: …"),
        ("invalid literal for int(): '13800138000'", "invalid literal for int(): …"),
        ("zlib inflate failed", "zlib inflate failed"),
    ],
)
def test_a_cause_is_told_without_what_it_quotes(said: str, told: str) -> None:
    assert told_cause(ValueError(said)).endswith(told.removeprefix("…"))
    assert told_names(["caller", "callee"]) == "caller, callee"


def late(*rows: bytes) -> bytes:
    """Rows that come after what is read at once."""
    many = (source.BATCH_BYTES // len(ROW) + 1000) * f"{ROW}\n".encode()
    return f"{SHORT}\n".encode() + many + b"\n".join(rows) + b"\n"


def test_letters_of_another_encoding_far_behind(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "BATCH_BYTES", 1 << 16)
    path = desk.folder / "calls.csv"
    path.write_bytes(late(b"\xff\xfe\xff,1,2026-03-01 10:00:00,3"))
    assert "expected CSV (UTF-8" in refused(desk, path)


def test_an_archive_that_was_cut_off(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "BATCH_BYTES", 1 << 16)
    path = desk.folder / "calls.csv.gz"
    path.write_bytes(gzip.compress(late(ROW.encode()))[:-200])
    assert "expected CSV" in refused(desk, path)


@pytest.mark.parametrize(
    ("header", "row", "word"),
    [
        (f"{SHORT},caller", f"{ROW},13700137000", "expected one column 'caller', and there are 2"),
        (f"{SHORT},imei,imei", f"{ROW},1,2", "expected one column 'imei'"),
    ],
)
def test_a_column_that_stands_there_twice(desk: Desk, header: str, row: str, word: str) -> None:
    assert word in refused(desk, desk.write(row, header=header))


def test_names_in_quotes_may_have_the_delimiter(desk: Desk) -> None:
    path = desk.write(f"{ROW},x", header=f'{SHORT},"note, free"')
    assert desk.take(path).header == (*SHORT.split(","), "note, free")


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("caller", pa.array([[1], [2]])),
        ("caller", pa.array([b"13800138000", b"\xff\xfe"])),
        ("caller", pa.array([True, False])),
        ("seconds", pa.array([{"a": 1}, {"a": 2}])),
        ("start", pa.array([10, 20], pa.time32("s"))),
    ],
)
def test_columns_of_odd_types(desk: Desk, name: str, column: pa.Array) -> None:
    table = pa.table({n: [v] * 2 for n, v in zip(SHORT.split(","), ROW.split(","), strict=True)})
    table = table.set_column(table.column_names.index(name), name, column)
    path = desk.folder / "calls.parquet"
    pq.write_table(table, path)
    assert f"column {name!r} is of type" in refused(desk, path)


def test_a_parquet_page_that_is_damaged(desk: Desk) -> None:
    path = desk.folder / "calls.parquet"
    rows = 3000
    pq.write_table(
        pa.table(
            {
                "caller": [f"138{n:08d}" for n in range(rows)],
                "callee": ["13900139000"] * rows,
                "start": ["2026-03-01 10:00:00"] * rows,
                "seconds": [3] * rows,
            }
        ),
        path,
    )
    content = bytearray(path.read_bytes())
    for place in range(300, 900):
        content[place] ^= 0x5A
    path.write_bytes(content)
    assert "got something else" in refused(desk, path)


@pytest.mark.parametrize(("part", "value"), [("only_in", "['1']"), ("swap", "'1'")])
def test_a_column_that_only_the_mapping_knows(desk: Desk, part: str, value: str) -> None:
    path = desk.folder / "m.toml"
    path.write_text(f"kind = 'calls'\n[{part}]\nway = {value}\n")
    assert "missing: way" in refused(desk, desk.write(call(1)), load_mapping(path))


def test_row_numbers_are_those_of_the_file(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    path.write_text("kind = 'calls'\n[only_in]\nway = ['1']\n")
    other, good, bad = f"{ROW},9", f"{ROW},1", f"{ROW.replace(',3', ',-3')},1"
    rows = [other, other, bad, "short", good, "a,b", bad, good, good, good, good, good, "end"]
    done = desk.take(
        desk.write(*rows, header=f"{SHORT},way"), mapping=load_mapping(path), max_bad=0.6
    )
    assert (done.rows, done.kept, done.rejected, done.passed_over) == (13, 6, 5, 2)
    told = desk.shelf.rejects("calls", done.id).read_text("utf-8").splitlines()
    assert [line.split(",")[0] for line in told[1:]] == ["3", "4", "6", "7", "13"]


def test_row_numbers_over_many_batches(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "BATCH_BYTES", 1 << 10)
    bad = {7, 8, 60, 199, 200}
    rows = [call(n % 60) for n in range(1, 201)]
    for n in bad:
        rows[n - 1] = "short" if n % 2 else call(1).replace(",30,", ",-1,")
    done = desk.take(desk.write(*rows))
    told = desk.shelf.rejects("calls", done.id).read_text("utf-8").splitlines()
    assert sorted(int(line.split(",")[0]) for line in told[1:]) == sorted(bad)


def test_a_file_of_line_ends_is_stopped_early(desk: Desk) -> None:
    path = desk.folder / "calls.csv.gz"
    path.write_bytes(gzip.compress(f"{SHORT}\n{ROW}\n".encode() + b"x\n" * 3_000_000))
    assert f"of its first {broken.EARLY:,} rows have too few" in refused(desk, path)


def test_a_file_of_bad_rows_is_stopped_early(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "BATCH_BYTES", 1 << 16)
    monkeypatch.setattr("pipeline.feeds.reading.EARLY", 2_000)
    path = desk.folder / "calls.csv"
    path.write_text(f"{SHORT}\n" + f"{ROW.replace('13800138000', 'x')}\n" * 50_000)
    said = refused(desk, path)
    assert "of its first" in said
    assert "50,000" not in said


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
def test_an_archive_that_packs_too_well_is_no_feed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, pack: object
) -> None:
    monkeypatch.setattr(source, "RATIO_FROM", 1 << 20)
    path = desk.folder / "calls.csv.packed"
    path.write_bytes(pack(f"{SHORT}\n".encode() + f"{ROW}\n".encode() * 100_000))  # type: ignore[operator]
    assert "no records pack so small" in refused(desk, path)


def test_a_file_larger_than_the_setting_is_refused(desk: Desk) -> None:
    path = desk.write(*(call(n % 60) for n in range(300)), header=HEADER)
    with pytest.raises(FanzhaError, match=r"feeds\.max_gigabytes"):
        desk.take(path, most_bytes=10_000)
