"""The processes that read pages: what one page does to its reader is that page's alone."""

import asyncio
import hashlib
import marshal
import os
import platform
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import FanzhaError
from pipeline.nouns import Indicator
from spiders import readers, reading
from spiders.extract.hashes import icon_hash
from spiders.readers import Readers, ReadingFailedError
from spiders.reading import ICON, NOTHING, PAGE
from spiders.warc import Fetched
from spiders.wire import HEAD, GarbledError, answer, told
from tests.spiders.conftest import Seen, host

BODY = b"<!doctype html><title>A page</title><p>some words"
AT = "2026-03-01T08:00:00.000000Z"
Crawl = Callable[..., dict[Indicator, Seen]]


def fetched(body: bytes = BODY, kind: str = "text/html") -> tuple[Any, ...]:
    headers = (("Content-Type", kind),)
    one = Fetched("http://a.example/", AT, "127.0.0.1", (), 200, headers, body, None, None)
    return tuple(one)


def pids(open_readers: Readers) -> list[int]:
    return [line.process.process.pid for line in open_readers._lines]


@pytest.mark.parametrize("count", [0, 1])
async def test_an_answer_comes_back_read_and_packed(count: int) -> None:
    async with Readers(count) as reading_:
        sha256, page, icon, members = await reading_.ask("answer", fetched(), PAGE)
        assert sha256 == hashlib.sha256(BODY).hexdigest()
        assert (page["title"], icon) == ("A page", None)
        assert [member[0] for member in members] == ["response", "request"]
        _, page, icon, _ = await reading_.ask("answer", fetched(b"GIF89a", "image/gif"), ICON)
        assert (page, icon) == (None, icon_hash(b"GIF89a"))
        _, page, icon, _ = await reading_.ask("answer", fetched(), NOTHING)
        assert (page, icon) == (None, None)


@pytest.mark.parametrize("count", [0, 1])
async def test_a_task_that_raises_fails_alone(count: int) -> None:
    async with Readers(count) as reading_:
        with pytest.raises(ReadingFailedError, match="TypeError"):
            await reading_.ask("answer", fetched())
        assert (await reading_.ask("answer", fetched(), PAGE))[1]["title"] == "A page"


async def test_what_waited_behind_a_page_that_killed_the_reader_is_read() -> None:
    async with Readers(1) as reading_:
        (before,) = pids(reading_)
        os.kill(before, signal.SIGSTOP)  # so that it is in the middle of the first when it dies
        asked = [asyncio.create_task(reading_.ask("answer", fetched(), PAGE)) for _ in range(4)]
        await asyncio.sleep(0)
        os.kill(before, signal.SIGKILL)
        first, *others = await asyncio.gather(*asked, return_exceptions=True)
        assert isinstance(first, ReadingFailedError)
        assert [other[1]["title"] for other in others] == ["A page"] * 3
        assert pids(reading_) != [before]


async def test_a_page_that_stops_its_reader_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "PATIENCE", 0.2)
    async with Readers(1) as reading_:
        (before,) = pids(reading_)
        os.kill(before, signal.SIGSTOP)
        with pytest.raises(ReadingFailedError, match="survive"):
            await reading_.ask("answer", fetched(), PAGE)
        assert (await reading_.ask("answer", fetched(), PAGE))[1]["title"] == "A page"


GARBLED = [
    marshal.dumps((True, "x")),
    b"",
    b"\xff" * 8,
    told([True])[HEAD:],
    told((True, b"xy"))[HEAD:-1],
    (9).to_bytes(HEAD, "big") + b'[true,{"bytes":-1}]',
    (200_000).to_bytes(HEAD, "big") + b"[" * 200_000,
]


@pytest.mark.parametrize("said", GARBLED)
def test_what_no_reader_of_ours_says_is_garbled(said: bytes) -> None:
    with pytest.raises(GarbledError):
        answer(said)


async def test_a_reader_that_says_such_a_thing_is_replaced() -> None:
    async with Readers(1) as reading_:
        (before,) = pids(reading_)
        os.kill(before, signal.SIGSTOP)
        asked = asyncio.create_task(reading_.ask("answer", fetched(), PAGE))
        await asyncio.sleep(0)
        (line,) = reading_._lines
        line.data_received(len(GARBLED[0]).to_bytes(HEAD, "big") + GARBLED[0])
        with pytest.raises(ReadingFailedError, match="survive"):
            await asked
        assert (await reading_.ask("answer", fetched(), PAGE))[1]["title"] == "A page"
        assert pids(reading_) != [before]


def test_what_a_reader_tells_comes_as_it_was() -> None:
    page = {"text": "页面 \ud800", "list": [1, 2.5, None, True]}
    message = (True, ("sha", page, None, [("response", b"\x00\xff", b"")]))
    expected = ["sha", page, None, [["response", b"\x00\xff", b""]]]
    assert answer(told(message)[HEAD:]) == (True, expected)


async def test_without_another_reader_nobody_waits_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def none_left() -> None:
        raise FanzhaError("no more processes")

    async with Readers(1) as reading_:
        (only,) = pids(reading_)
        monkeypatch.setattr(readers._SHELF, "take", none_left)
        os.kill(only, signal.SIGSTOP)
        asked = [asyncio.create_task(reading_.ask("answer", fetched(), PAGE)) for _ in range(2)]
        await asyncio.sleep(0)
        os.kill(only, signal.SIGKILL)
        found = await asyncio.gather(*asked, return_exceptions=True)
        assert [str(one) for one in found] == ["the reader did not survive it", "no more processes"]
        with pytest.raises(ReadingFailedError, match="no more"):
            await reading_.ask("answer", fetched(), PAGE)


async def test_a_reader_is_told_no_secret_and_writes_no_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FANZHA_SECRET", "geheim-9999")
    monkeypatch.setattr(readers, "_SHELF", readers._Shelf())
    async with Readers(1) as reading_:
        (pid,) = pids(reading_)
        process = Path("/proc") / str(pid)
        assert b"geheim" not in (process / "environ").read_bytes()
        limits = (process / "limits").read_text()
        assert "Max file size             0 " in limits
        assert "Max processes             0 " in limits
        assert "Max address space         unlimited" not in limits
        english = fetched(b"<p>Nobody said which language this short page has been written in.")
        assert (await reading_.ask("answer", english, PAGE))[1]["language"] == "en"
    readers._SHELF.clear()


@pytest.mark.skipif(
    not Path("/proc/sys/kernel/seccomp").exists() or platform.machine() != "x86_64",
    reason="this system filters no system calls",
)
async def test_a_reader_is_confined() -> None:
    async with Readers(1) as reading_:
        (pid,) = pids(reading_)
        assert "Seccomp:\t2\n" in (Path("/proc") / str(pid) / "status").read_text()


async def test_readers_outlive_a_batch_unless_it_was_broken_off() -> None:
    async with Readers(1) as reading_:
        kept = pids(reading_)
        await reading_.ask("answer", fetched(), PAGE)
    async with Readers(1) as reading_:
        assert pids(reading_) == kept
        os.kill(kept[0], signal.SIGSTOP)
        left = asyncio.create_task(reading_.ask("answer", fetched(), PAGE))
        await asyncio.sleep(0)
    left.cancel()
    async with Readers(1) as reading_:
        assert pids(reading_) != kept


def test_a_page_that_cannot_be_read_costs_the_others_nothing(
    crawl: Crawl, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_page = reading.read_page

    def breaks_on_one(one: Fetched, kind: str) -> dict[str, Any] | None:
        if "chinese" in one.url:
            raise RuntimeError("a fault that nobody knows yet")
        return read_page(one, kind)

    monkeypatch.setattr(reading, "read_page", breaks_on_one)
    bad, good = host("chinese.example"), host("plain.example")
    seen = crawl(bad, good, readers=0)
    assert seen[bad]["http.state"] == "unreadable"
    assert seen[bad]["http.body"]["size"] > 0  # what came is evidence all the same
    assert "page" not in seen[bad]
    assert seen[good]["page"]["title"] == "A plain page"
