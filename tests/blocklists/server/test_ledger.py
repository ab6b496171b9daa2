"""Fetches, usage and receipts on a real file, shared by two workers."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from blocklists.server.ledger import Ledger
from pipeline.errors import FanzhaError
from pipeline.nouns import Receipt
from tests.blocklists.shelves import AT


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


def test_two_workers_add_up_to_one_usage(path: Path) -> None:
    one, two = Ledger(path), Ledger(path)
    for ledger in (one, two, two):
        ledger.note("telecom", "domains.txt", 1, AT, 100)
    assert two.used("telecom", AT) == (2, 200)
    one.flush()
    two.flush()
    assert two.used("telecom", AT) == (3, 300)
    two.note("telecom", "domains.txt", 1, AT, 5)
    assert two.used("telecom", AT) == (4, 305)
    assert two.used("telecom", AT + timedelta(days=1)) == (0, 0)
    one.close()
    two.close()


def test_the_last_fetch_of_a_file_wins_whichever_worker_writes_it_first(path: Path) -> None:
    early, late = Ledger(path), Ledger(path)
    early.note("telecom", "domains.txt", 1, AT, 1)
    late.note("telecom", "domains.txt", 2, AT + timedelta(seconds=1), 1)
    late.close()
    early.flush()
    (fetch,) = early.fetches()
    assert (fetch.serial, fetch.at) == (2, AT + timedelta(seconds=1))
    early.close()


def test_a_receipt_is_kept_once_and_the_newest_is_the_standing(path: Path) -> None:
    ledger = Ledger(path)
    first = Receipt("telecom", 1, "ab", 10, AT)
    for receipt in (first, first, replace(first, serial=2)):
        ledger.receive(receipt, now=AT, ours=True)
    assert [kept.receipt.serial for kept in ledger.receipts("telecom")] == [2, 1]
    assert ledger.last_receipts()["telecom"].receipt.serial == 2
    assert ledger.receipts("unicom") == []
    ledger.close()


def test_a_file_that_others_can_read_is_refused(path: Path) -> None:
    path.touch(mode=0o644)
    with pytest.raises(FanzhaError, match="chmod 600"):
        Ledger(path).fetches()
