"""What is doubled is refused, and what only looks alike is not."""

import pytest

from pipeline.errors import FanzhaError
from pipeline.feeds.keyring import kept_keyring
from pipeline.feeds.mapping import Mapping
from pipeline.feeds.rekey import rekey, rotate_keys
from pipeline.store import Store
from tests.pipeline.feeds.conftest import Desk, call

COMPLAINT = "13800138000,{},2026-03-01,fraud"
STRAGGLER = call(0).replace("2026-03-01 10:00:00", "2026-02-28 23:59:59")


def at(second: int, *, caller: str) -> str:
    return call(0, caller=caller).replace("10:00:00", f"11:{second // 60:02d}:{second % 60:02d}")


@pytest.mark.parametrize(
    ("kind", "header", "first", "second"),
    [
        (
            "complaints",
            "number,reporter,time,verdict",
            [COMPLAINT.format("li"), COMPLAINT.format("wu")],
            [COMPLAINT.format("he"), COMPLAINT.format("xu")],
        ),
        (
            "topups",
            "number,time,amount",
            ["13800138000,2026-03-01,50"],
            ["13800138000,2026-03-01,100"],
        ),
        (
            "subscribers",
            "number,activated,as_of,dealer",
            ["13800138000,2025-01-01,2026-03-01,east"],
            ["13800138000,2025-01-01,2026-03-01,west"],
        ),
        (
            "sms",
            "sender,receiver,sent",
            [f"106575001,1390013{n:04d},2026-03-01 10:00:00" for n in range(50)],
            [f"106575001,1380013{n:04d},2026-03-01 10:00:00" for n in range(50)],
        ),
    ],
)
def test_rows_that_differ_are_no_doubles(
    desk: Desk, kind: str, header: str, first: list[str], second: list[str]
) -> None:
    desk.take(desk.write(*first, header=header), mapping=Mapping(kind))
    path = desk.write(*second, header=header)
    assert desk.take(path, mapping=Mapping(kind)).kept == len(second)


def test_one_late_row_that_is_there_costs_no_day(desk: Desk) -> None:
    desk.take(desk.write(STRAGGLER, call(1)))
    today = [at(n, caller=f"1370013{n:04d}") for n in range(100)]
    assert desk.take(desk.write(STRAGGLER, *today)).kept == 101


def test_a_file_of_two_days_of_which_one_is_there_is_refused(desk: Desk) -> None:
    yesterday = [call(n).replace("03-01", "02-28") for n in range(20)]
    desk.take(desk.write(*yesterday))
    today = [at(n, caller="13700137000") for n in range(40)]
    with pytest.raises(FanzhaError, match="95% of its rows of 2026-02-28 are there already"):
        desk.take(desk.write(*yesterday, call(59).replace("03-01", "02-28"), *today))


def test_across_a_rotation_rows_are_known_by_what_it_carries_over(desk: Desk, store: Store) -> None:
    rows = [COMPLAINT.format(f"p{n}").replace(",fraud", f" 10:{n}:00,fraud") for n in range(10, 40)]
    head = "number,reporter,time,verdict"
    desk.take(desk.write(*rows, header=head), mapping=Mapping("complaints"))
    rotate_keys(desk.shelf, desk.folder / "keys")
    rekey(store, desk.shelf, desk.folder / "keys")
    desk.keys = kept_keyring(desk.shelf, desk.folder / "keys")
    with pytest.raises(FanzhaError, match="count twice"):
        desk.take(desk.write(*rows[1:], header=head), mapping=Mapping("complaints"))
