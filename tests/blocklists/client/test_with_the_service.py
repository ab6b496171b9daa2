"""The client and the service together, over real releases: deltas, profiles, receipts, rotation."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from blocklists.client.enforcing import Enforcement
from blocklists.client.pulling import Order, pull
from blocklists.client.refusals import Code, PullError
from blocklists.client.source import Source
from blocklists.client.trust import read_index, read_public_key
from blocklists.server.consumers import Consumer, ConsumerBook, Role
from blocklists.server.ledger import Ledger
from tests.blocklists.decided import NOW, block
from tests.blocklists.published import Published
from tests.blocklists.server.live import Live, running

NAMES = [f"n{n:03}.example" for n in range(120)]
CARRIERS = {"carriers": {"telecom": {"formats": ["rpz"], "answer": "nodata"}}}


@dataclass
class Both:
    """A service with its releases, and the order of a carrier."""

    published: Published
    live: Live
    book: ConsumerBook
    ledger: Ledger
    order: Order

    def publish(self, *names: str) -> None:
        self.published.publish(*(block(f"domain:{name}") for name in names))


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one release, to be copied."""
    home = tmp_path_factory.mktemp("home")
    Published(home, **CARRIERS).publish(*(block(f"domain:{name}") for name in NAMES[:100]))
    return home


@pytest.fixture
def both(first: Path, tmp_path: Path) -> Iterator[Both]:
    home = tmp_path / "home"
    shutil.copytree(first, home, symlinks=True)
    published = Published(home, **CARRIERS)
    published.go_on()
    folder = published.settings.downloads_dir
    book = ConsumerBook(folder / "consumers.db")
    token = book.add(Consumer("telecom", "Telecom", Role.CARRIER, NOW, profile="telecom"))
    with running(home, workers=2, FANZHA_CLOCK=NOW.isoformat()) as live:
        order = Order(
            source=Source(f"http://127.0.0.1:{live.port}", token),
            keys=(read_public_key(published.key),),
            folder=tmp_path / "copy",
            files=("telecom/*.zone", "domains.txt"),
            enforcement=Enforcement(),
        )
        ledger = Ledger(folder / "ledger.db")
        yield Both(published, live, book, ledger, order)
        ledger.close()


def test_release_after_release_by_delta_and_a_receipt_for_each(both: Both) -> None:
    first = pull(both.order, now=lambda: NOW)
    assert (first.fetched, first.by_delta, first.notes) == (5, 0, ())
    both.publish(*NAMES[:101])
    both.publish(*NAMES[1:101])  # two releases at once: a composed delta
    second = pull(both.order, now=lambda: NOW)
    assert (second.by_delta, second.fetched) == (2, 2)
    assert second.notes == ()
    for name in ("domains.txt", "telecom/rpz.zone", "telecom/hot.zone"):
        copied = (both.order.folder / "current" / name).read_bytes()
        assert copied == (both.published.folder / "3" / name).read_bytes()
    kept = both.ledger.receipts("telecom")
    assert [(one.receipt.serial, one.ours) for one in kept] == [(3, True), (1, True)]


def test_a_base_written_anew_leaves_hot_for_an_hour_and_is_taken(both: Both) -> None:
    both.published = Published(both.published.settings.home, **CARRIERS, hot_limit=60)
    both.published.go_on()
    more = [f"m{n:03}.example" for n in range(61)]
    both.publish(*NAMES[:100], *more[:60])
    pull(both.order, now=lambda: NOW)
    assert hot_entries(both) == 60
    both.publish(*NAMES[:100], *more)
    assert pull(both.order, now=lambda: NOW).serial == 3
    assert hot_entries(both) == 61
    assert b"m060.example" in (both.order.folder / "current/telecom/base.zone").read_bytes()


def hot_entries(both: Both) -> int:
    """Entries of the carrier's copy of HOT, as its index counts them."""
    index = read_index((both.order.folder / "current" / "index.json").read_bytes())
    return index.files["telecom/hot.zone"].entries


def test_a_token_that_was_revoked_leaves_the_last_good_copy(both: Both) -> None:
    pull(both.order, now=lambda: NOW)
    both.book.revoke("telecom", now=NOW)
    with pytest.raises(PullError) as caught:
        pull(both.order, now=lambda: NOW)
    assert caught.value.code is Code.NOT_ADMITTED
    assert (both.order.folder / "current" / "domains.txt").exists()
    token = both.book.rotate("telecom", now=NOW, grace=timedelta())
    source = replace(both.order.source, token=token)
    assert not pull(replace(both.order, source=source), now=lambda: NOW).changed


def test_the_service_killed_and_started_again_goes_on_as_before(both: Both) -> None:
    pull(both.order, now=lambda: NOW)
    both.live.kill()
    with pytest.raises(PullError) as caught:
        pull(both.order, now=lambda: NOW)
    assert caught.value.code is Code.UNREACHABLE
    both.publish(*NAMES[:110])
    home = both.published.settings.home
    with running(home, FANZHA_CLOCK=NOW.isoformat()) as again:
        source = replace(both.order.source, url=f"http://127.0.0.1:{again.port}")
        assert pull(replace(both.order, source=source), now=lambda: NOW).serial == 2


def test_every_request_of_a_pull_is_in_the_audit_log(both: Both) -> None:
    pull(both.order, now=lambda: NOW)
    (log,) = (both.published.settings.downloads_dir / "audit").iterdir()
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    files = [line["file"] for line in lines if "file" in line]
    assert files[:2] == ["index.json", "index.json.minisig"]
    assert {"domains.txt", "telecom/base.zone"} <= set(files)
    assert lines[-1]["what"] == "receipt"
