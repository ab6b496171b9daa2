"""A feed file goes on the shelf whole, once, keyed; or nothing changes."""

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import FanzhaError
from pipeline.feeds.forms import Form
from pipeline.feeds.mapping import Mapping
from pipeline.feeds.sealed import open_sealed
from tests.pipeline.feeds.conftest import HEADER, Desk, call


def everything_under(folder: Path) -> set[tuple[str, bytes]]:
    return {(str(p), p.read_bytes()) for p in folder.rglob("*") if p.is_file()}


def test_rows_are_keyed_and_partitioned_by_local_day(desk: Desk) -> None:
    late = call(0).replace("2026-03-01 10", "2026-02-28 23").replace("10:00:00", "23:00:00")
    delivery = desk.take(desk.write(call(1), call(2), late))
    assert delivery.days == {"2026-02-28": 1, "2026-03-01": 2}
    table = pq.read_table(desk.shelf.rows("calls", "2026-03-01", delivery.id), partitioning=None)
    assert table.num_rows == 2
    assert table["number"].to_pylist() == [desk.keys.surrogate("number", "+8613800138000")] * 2
    for path in (desk.folder / "feeds").rglob("*"):
        assert path.is_dir() or b"13800138000" not in path.read_bytes()
        assert path.is_dir() or b"13900139000" not in path.read_bytes()


def test_only_the_subject_can_be_resolved(desk: Desk) -> None:
    delivery = desk.take(desk.write(call(1)))
    sealed = desk.shelf.sealed("calls", delivery.id)
    assert sealed.stat().st_mode & 0o777 == 0o600
    found = open_sealed([sealed], desk.keys.seal_key, None)
    assert list(found.values()) == ["+8613800138000"]
    with pytest.raises(FanzhaError, match="seal key"):
        open_sealed([sealed], bytes(32), None)


def test_bad_rows_are_set_aside_and_the_counts_add_up(desk: Desk) -> None:
    good = [call(n) for n in range(20)]
    bad = [
        call(30).replace("2026-03-01 10:30:00", "yesterday"),
        call(31).replace(",30,", ",-4,"),
        call(32, callee=""),
        call(33).replace("2026", "2036"),
        call(34).replace(",own", ",tunnel"),
        "too,short",
    ]
    delivery = desk.take(desk.write(*good, *bad), max_bad=0.5)
    assert (delivery.rows, delivery.kept, delivery.rejected) == (26, 20, 6)
    assert sum(delivery.reasons.values()) == 6
    rejects = desk.shelf.rejects("calls", delivery.id).read_text("utf-8")
    assert "callee: empty" in rejects
    assert "start: lies in the future" in rejects
    assert "138" not in rejects


def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    path = desk.write(call(1), call(2))
    first = desk.take(path)
    before = everything_under(desk.folder)
    assert desk.take(path) == first
    assert everything_under(desk.folder) == before


@pytest.mark.parametrize("form", ["csv", "gzip", "parquet", "bom"])
def test_forms_of_files_give_the_same_rows(desk: Desk, form: str) -> None:
    path = desk.write(call(1), call(2))
    if form == "gzip":
        path.write_bytes(gzip.compress(path.read_bytes()))
    elif form == "bom":
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    elif form == "parquet":
        pq.write_table(pa.csv.read_csv(path), path)
    delivery = desk.take(path)
    assert delivery.kept == 2
    with pytest.raises(FanzhaError, match="again, in another file"):
        desk.take(desk.write(call(2), call(1)))


@pytest.mark.parametrize(
    ("rows", "header", "word"),
    [
        ([], HEADER, "there is no row"),
        (["x,y,z,1,,,,"] * 5, HEADER, "rows are bad"),
        ([call(1)], HEADER.replace("callee", "other_side"), "missing: callee"),
        ([call(1).replace("2026", "2020")], HEADER, "--backfill"),
    ],
)
def test_a_feed_that_is_wrong_changes_nothing(
    desk: Desk, rows: list[str], header: str, word: str
) -> None:
    with pytest.raises(FanzhaError, match=word):
        desk.take(desk.write(*rows, header=header))
    assert not any(p.is_file() for p in (desk.folder / "feeds").rglob("*"))


def test_doubled_backward_and_changed_feeds_stop(desk: Desk) -> None:
    desk.take(desk.write(call(1), call(2)))
    before = everything_under(desk.folder / "feeds")
    with pytest.raises(FanzhaError, match="again, in another file"):
        desk.take(desk.write(call(2), call(1)))
    with pytest.raises(FanzhaError, match="time goes backwards"):
        desk.take(desk.write(call(5).replace("2026-03-01", "2026-02-27")))
    with pytest.raises(FanzhaError, match="columns changed"):
        desk.take(desk.write(call(6) + ",x", header=HEADER + ",extra"))
    assert everything_under(desk.folder / "feeds") == before
    desk.take(desk.write(call(7).replace("2026-03-01", "2026-02-27")), backfill=True)
    desk.take(desk.write(call(8) + ",x", header=HEADER + ",extra"), accept_columns=True)


def test_a_binary_is_no_feed(desk: Desk) -> None:
    path = desk.folder / "noise.bin"
    path.write_bytes(bytes(range(256)) * 100)
    with pytest.raises(FanzhaError, match=r"noise\.bin"):
        desk.take(path)


def test_our_own_subscriber_on_another_networks_trunk_is_somebody_who_shows_it(desk: Desk) -> None:
    people = desk.folder / "subscribers.csv"
    people.write_text(
        "number,activated,as_of\n13800138000,2025-01-01,2026-03-01\n", encoding="utf-8"
    )
    desk.take(people, mapping=Mapping("subscribers"))
    shown = call(1).replace(",own", ",national")
    other = call(2, caller="13700137000").replace(",own", ",national")
    done = desk.take(desk.write(shown, call(3), other))
    rows = pq.read_table(desk.shelf.rows("calls", "2026-03-01", done.id)).to_pylist()
    seen = {(row["number"], row["form"]) for row in rows}
    assert seen == {
        (desk.keys.surrogate("number", "abroad:+8613800138000"), Form.SPOOFED),
        (desk.keys.surrogate("number", "+8613800138000"), Form.MOBILE),
        (desk.keys.surrogate("number", "+8613700137000"), Form.MOBILE),
    }


@pytest.mark.parametrize("extra", range(4))
def test_subscribers_that_come_in_parts_or_are_corrected_are_all_our_own(
    desk: Desk, extra: int
) -> None:
    people = desk.folder / "subscribers.csv"
    head = "number,activated,as_of\n"
    people.write_text(head + "13800138000,2025-01-01,2026-03-01\n", encoding="utf-8")
    desk.take(people, mapping=Mapping("subscribers"))
    # Whichever of the two files has the smaller id.
    people.write_text(head + f"1370013700{extra},2025-01-01,2026-03-01\n", encoding="utf-8")
    desk.take(people, mapping=Mapping("subscribers"))
    done = desk.take(desk.write(call(1).replace(",own", ",national")))
    (row,) = pq.read_table(desk.shelf.rows("calls", "2026-03-01", done.id)).to_pylist()
    assert row["form"] == Form.SPOOFED


def test_a_corrected_file_does_not_double_the_day(desk: Desk) -> None:
    first = desk.take(desk.write(*(call(n) for n in range(20))))
    more = [call(n) for n in range(25)]
    with pytest.raises(
        FanzhaError, match=r"80% of its rows of 2026-03-01 are there already"
    ) as stop:
        desk.take(desk.write(*more))
    assert str(desk.shelf.ledger("calls", first.id)) in str(stop.value)
    # Also where the rows lie in several earlier files; a few rows that both tell of are no harm.
    desk.take(desk.write(*(call(n) for n in range(19, 40))))
    with pytest.raises(FanzhaError, match="count twice"):
        desk.take(desk.write(*(call(n) for n in range(10, 30)), call(50)))
    # It takes the place of the earlier one where somebody says so.
    desk.shelf.ledger("calls", first.id).unlink()
    desk.take(desk.write(*(call(n) for n in range(19)), call(59)))


def test_subscribers_may_come_again(desk: Desk) -> None:
    head = "number,activated,as_of"
    rows = [f"1380013800{n},2025-01-01,2026-03-01" for n in range(5)]
    desk.take(desk.write(*rows, header=head), mapping=Mapping("subscribers"))
    more = desk.write(*rows, "13900139000,2025-01-01,2026-03-01", header=head)
    assert desk.take(more, mapping=Mapping("subscribers")).kept == 6


def test_a_row_of_after_midnight_does_not_shut_the_day_for_other_files(desk: Desk) -> None:
    early = call(0).replace("2026-03-01 10:00:00", "2026-03-02 00:00:03")
    desk.take(desk.write(*(call(n) for n in range(30)), early))
    other = desk.write(*(call(n, caller="13700137000") for n in range(5)))
    assert desk.take(other).days == {"2026-03-01": 5}
    with pytest.raises(FanzhaError, match="its last day is 2026-02-28, and 2026-03-01 is there"):
        desk.take(desk.write(call(9).replace("2026-03-01", "2026-02-28")))
