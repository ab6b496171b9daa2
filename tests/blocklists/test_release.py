"""Entries → a release directory: whole or not at all, the same bytes every time, chained and signed."""

import gzip
import hashlib
import json
import os
import resource
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import zstandard

from blocklists import delta, release
from blocklists.build import Built, build
from pipeline import protected
from pipeline.categories import Category
from pipeline.errors import FanzhaError
from pipeline.nouns import Decision, Indicator, Release
from pipeline.settings import CarrierSettings, ReleaseSettings, Settings
from tests.blocklists.decided import NOW, allow, block
from tests.conftest import require_program

GUARD = protected.load(Settings(home=Path("/nonexistent")))
DECISIONS = (
    block("domain:evil.example"),
    block("host:shop.fraud.example"),
    block("url:https://shared.example/~fraud/"),
    block("number:+8613800000001"),
    block("host:45.33.32.156"),
    allow("host:good.evil.example"),
)


class Publisher:
    """Releases one after the other, as the flow does it with the store."""

    def __init__(self, home: Path, **chosen: Any) -> None:
        self.settings = Settings(home=home, release=ReleaseSettings.model_validate(chosen))
        self.folder = self.settings.releases_dir
        self.serial = 0
        self.previous: str | None = None

    def publish(self, *decisions: Decision, at: datetime = NOW) -> dict[str, Any]:
        sha256 = self.write(self.built(*decisions, at=at), at=at)
        self.serial, self.previous = self.serial + 1, sha256
        return self.index()

    def built(self, *decisions: Decision, at: datetime = NOW) -> Built:
        return build(decisions, protected=GUARD, at=at)

    def write(self, built: Built, *, at: datetime = NOW) -> str:
        serial = self.serial + 1
        reserved = Release(serial, at, serial * 10, self.previous, "", 0)
        return release.write(built, release=reserved, directory=self.folder, settings=self.settings)

    def index(self) -> dict[str, Any]:
        index: dict[str, Any] = json.loads(self.read("index.json"))
        return index

    def read(self, name: str, serial: int | str = "latest") -> bytes:
        return (self.folder / str(serial) / name).read_bytes()


@pytest.fixture
def publisher(tmp_path: Path) -> Publisher:
    return Publisher(tmp_path)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_release_is_a_folder_whose_index_names_every_file(publisher: Publisher) -> None:
    index = publisher.publish(*DECISIONS)

    assert publisher.read("mihomo.txt") == b"evil.example\nshop.fraud.example\n"
    assert publisher.read("exceptions.txt") == b"good.evil.example\n"
    assert publisher.read("urls.txt") == b"https://shared.example/~fraud/\n"
    assert (index["serial"], index["cut"], index["previous"]) == (1, 10, None)
    assert index["counts"]["domain"] == index["counts"]["number"] == 1
    assert index["counts"]["host"] == 2
    for item in index["files"]:
        content = publisher.read(item["name"])
        assert hashlib.sha256(content).hexdigest() == item["sha256"]
        assert len(content) == item["size"]
        for ending, said in item["packed"].items():
            copy = publisher.read(item["name"] + ending)
            assert (hashlib.sha256(copy).hexdigest(), len(copy)) == (said["sha256"], said["size"])
        assert gzip.decompress(publisher.read(item["name"] + ".gz")) == content
        unpacked = zstandard.ZstdDecompressor().decompressobj()
        assert unpacked.decompress(publisher.read(item["name"] + ".zst")) == content
    assert {"domains.txt", "hosts.txt", "rpz.zone", "urls.txt", "numbers.csv", "entries.jsonl"} <= {
        item["name"] for item in index["files"]
    }


def test_the_same_decisions_at_the_same_serial_give_the_same_bytes(tmp_path: Path) -> None:
    one, two = Publisher(tmp_path / "one"), Publisher(tmp_path / "two")
    for publisher, decisions in ((one, DECISIONS), (two, DECISIONS[::-1])):
        key = publisher.settings.release_key
        key.parent.mkdir(parents=True)
        key.write_bytes(b"k" * 32)
        key.chmod(0o600)
        publisher.publish(*decisions)
        publisher.publish(*decisions[1:-1], at=NOW + timedelta(hours=1))
    assert contents(one.folder / "1") == contents(two.folder / "1")
    # Building the second again from the same first gives the second again.
    again = contents(one.folder / "2")
    assert set(again) == set(contents(two.folder / "2"))


def test_a_release_names_the_one_before_and_links_what_has_not_changed(
    publisher: Publisher,
) -> None:
    publisher.publish(*DECISIONS)
    first = hashlib.sha256(publisher.read("index.json")).hexdigest()
    index = publisher.publish(*DECISIONS, block("url:https://shared.example/~more/"))

    assert index["previous"] == {"serial": 1, "sha256": first}
    inodes = [(publisher.folder / s / "numbers.csv").stat().st_ino for s in ("1", "2")]
    assert inodes[0] == inodes[1]
    (urls,) = [item for item in index["files"] if item["name"] == "urls.txt"]
    step = delta.decode(publisher.read("urls.txt.delta"))
    old = publisher.read("urls.txt", 1).splitlines(keepends=True)
    assert b"".join(delta.apply(old, step.changes)) == publisher.read("urls.txt", 2)
    assert urls["delta"]["from"] == 1
    assert (step.from_sha256, step.to_sha256) == (
        hashlib.sha256(publisher.read("urls.txt", 1)).hexdigest(),
        urls["sha256"],
    )


def test_real_minisign_verifies_the_index_and_refuses_a_changed_one(
    publisher: Publisher, tmp_path: Path
) -> None:
    minisign = require_program("minisign")
    publisher.publish(*DECISIONS)
    folder = publisher.folder / "1"
    command = [minisign, "-V", "-p", folder / "minisign.pub", "-m", folder / "index.json"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert "Signature and comment signature verified" in done.stdout
    assert "Trusted comment: fanzha serial:1" in done.stdout

    changed = tmp_path / "index.json"
    changed.write_bytes(publisher.read("index.json").replace(b'"serial":1', b'"serial":2'))
    command = [*command[:-1], changed, "-x", folder / "index.json.minisig"]
    assert subprocess.run(command, check=False, capture_output=True).returncode != 0


def test_nothing_new_is_due_until_something_changes_or_half_the_life_is_over(
    publisher: Publisher,
) -> None:
    def due(*decisions: Decision, hours: float = 0) -> bool:
        now = NOW + timedelta(hours=hours)
        built = publisher.built(*decisions, at=now)
        return release.is_due(built, directory=publisher.folder, now=now)

    assert due(*DECISIONS)
    publisher.publish(*DECISIONS)
    assert not due(*DECISIONS)
    assert due(*DECISIONS[1:])
    assert due(*DECISIONS[:-1])
    assert due(*DECISIONS, hours=12)


def test_a_finished_folder_of_a_killed_run_is_taken_as_it_is(publisher: Publisher) -> None:
    built = publisher.built(*DECISIONS)
    first = publisher.write(built)
    (publisher.folder / "latest").unlink()
    before = contents(publisher.folder / "1")

    assert publisher.write(built) == first
    assert contents(publisher.folder / "latest") == before
    with pytest.raises(FanzhaError, match="is there already, of another build"):
        publisher.write(built, at=NOW + timedelta(seconds=1))


def test_a_half_written_draft_is_thrown_away(publisher: Publisher) -> None:
    draft = publisher.folder / ".1.draft"
    draft.mkdir(parents=True)
    (draft / "left-behind.txt").write_text("half a li")
    publisher.publish(*DECISIONS)
    assert not draft.exists()
    assert not (publisher.folder / "1" / "left-behind.txt").exists()


@contextmanager
def little_room() -> Iterator[None]:
    """No file may grow beyond 4 kB: what a full disk does, for any user on any machine.

    It holds for what the test runner writes as well, so it must not outlast the call that is tried.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)


def test_no_room_publishes_nothing_and_says_so(publisher: Publisher) -> None:
    publisher.publish(*DECISIONS)
    before = contents(publisher.folder)
    many = publisher.built(*DECISIONS, *(block(f"domain:n{n}.example") for n in range(500)))
    with little_room(), pytest.raises(FanzhaError, match="make room or mend the rights"):
        publisher.write(many)
    assert contents(publisher.folder) == before
    assert (publisher.folder / "latest").readlink() == Path("1")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a file system")
def test_a_full_disk_publishes_nothing(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("this machine does not let root mount a file system")
    try:
        publisher = Publisher(tmp_path)
        publisher.folder = disk / "releases"
        publisher.publish(*DECISIONS)
        many = publisher.built(*(block(f"domain:n{n}.example") for n in range(20_000)))
        with pytest.raises(FanzhaError, match="No space left on device"):
            publisher.write(many)
        assert (publisher.folder / "latest").readlink() == Path("1")
        assert sorted(p.name for p in publisher.folder.iterdir()) == ["1", "latest"]
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_tampered_predecessor_stops_the_chain(publisher: Publisher) -> None:
    publisher.publish(*DECISIONS)
    index = publisher.folder / "1" / "index.json"
    index.write_bytes(index.read_bytes().replace(b"evil", b"good").replace(b"1", b"7", 1))
    with pytest.raises(FanzhaError, match="is not the one that was published"):
        publisher.publish(*DECISIONS)


def test_between_full_releases_only_the_small_zones_are_written(tmp_path: Path) -> None:
    publisher = Publisher(tmp_path, small=0, full_minutes=30)
    publisher.publish(*DECISIONS)
    index = publisher.publish(
        *DECISIONS[1:], block("domain:new.example"), at=NOW + timedelta(minutes=5)
    )
    assert index["full"]["serial"] == 1
    assert publisher.read("mihomo.txt") == b"evil.example\nshop.fraud.example\n"
    hot = publisher.read("hot.zone").decode().splitlines()[3:]
    assert hot == [
        "evil.example CNAME rpz-passthru.",
        "*.evil.example CNAME rpz-passthru.",
        "new.example CNAME .",
        "*.new.example CNAME .",
    ]
    assert publisher.read("base.zone", 2) == publisher.read("base.zone", 1)
    index = publisher.publish(block("domain:new.example"), at=NOW + timedelta(minutes=31))
    assert index["full"]["serial"] == 3
    assert publisher.read("domains.txt") == b"new.example\n"


def test_full_files_and_hot_say_what_is_listed_of_every_kind(tmp_path: Path) -> None:
    carrier = CarrierSettings(formats=("numbers",), categories=(Category.GAMBLING,))
    publisher = Publisher(tmp_path, small=0, full_minutes=60, carriers={"north": carrier})
    gamble = block("number:+8613800000008", category=Category.GAMBLING)
    stays, *goes = DECISIONS[:5]
    renewed = replace(block("number:+8613800000003", days=90), decided_at=NOW)
    rounds: list[tuple[Decision, ...]] = [
        (*DECISIONS, block("number:+8613800000003"), gamble),
        (stays, goes[2], goes[3], renewed, block("url:https://shared.example/~new/"), gamble),
        (stays, goes[0], block("domain:fraud.example"), renewed, block("number:+8613800000007")),
        (stays, goes[0], goes[2], renewed, *DECISIONS[4:]),
    ]
    for n, decisions in enumerate(rounds):
        publisher.publish(*decisions, at=NOW + timedelta(minutes=5 * n))
        full = [json.loads(line) for line in publisher.read("entries.jsonl").splitlines()]
        assert publisher.index()["full"]["serial"] == 1
        now = {(entry["kind"], entry["value"]): entry for entry in full}
        for line in publisher.read("hot.jsonl").splitlines():
            entry = json.loads(line)
            pair = entry["kind"], entry["value"]
            if "removed_at" in entry:
                del now[pair]
            else:
                assert entry.pop("reasons") == []
                now[pair] = entry
        built = publisher.built(*decisions, at=NOW)
        # What a new domain covers is blocked still: it leaves with the next full files.
        covered = [*built.lists.covered["value"].to_pylist()]
        assert {p: e["decision"] for p, e in now.items() if p[1].encode() not in covered} == {
            (e.indicator.kind.value, e.indicator.value): e.decision for e in built.entries
        }
        assert publisher.read("hot.csv").count(b"\n") - 1 == publisher.read("hot.jsonl").count(
            b"\n"
        )
        if n == 2:
            rows = publisher.read("hot.csv").decode().splitlines()[1:]
            assert (
                'number,"+8613800000007",fake-loan,2026-11-21T11:00:00Z,,2026-12-21T12:00:00Z'
                in rows
            )
            # A tombstone keeps the time at which it was told first.
            gone = 'url,"https://shared.example/~fraud/",fake-loan,2026-11-21T11:00:00Z,2026-11-21T12:05:00Z,'
            assert gone in rows
            assert [line for line in rows if "shop.fraud" in line] == []
            own = publisher.read("north/hot.csv").decode().splitlines()[1:]
            assert own == [
                'number,"+8613800000008",gambling,2026-11-21T11:00:00Z,2026-11-21T12:10:00Z,'
            ]
    # Full files bring an empty HOT.
    publisher.publish(*rounds[1], at=NOW + timedelta(hours=1))
    assert publisher.index()["full"]["serial"] == 5
    assert publisher.read("hot.jsonl") == b""


def test_full_files_of_another_form_stop_the_release(tmp_path: Path) -> None:
    publisher = Publisher(tmp_path, small=0)
    publisher.publish(*DECISIONS)
    (publisher.folder / "1" / "entries.jsonl").write_bytes(b'{"category":"x","decision":"12"}\n')
    with pytest.raises(FanzhaError, match="holds lines that are no entries"):
        publisher.publish(*DECISIONS[1:], at=NOW + timedelta(minutes=1))
    assert (publisher.folder / "latest").readlink() == Path("1")


def test_a_large_hot_zone_or_an_old_base_begins_anew(tmp_path: Path) -> None:
    publisher = Publisher(tmp_path, hot_limit=3, base_hours=24)
    publisher.publish(*DECISIONS)
    more = [block(f"domain:n{n}.example") for n in range(4)]
    index = publisher.publish(*DECISIONS, *more[:3])
    assert b"n0.example" not in publisher.read("base.zone")
    index = publisher.publish(*DECISIONS, *more)
    assert b"n0.example" in publisher.read("base.zone")
    # A resolver may have the former BASE for an hour still.
    assert b"n0.example" in publisher.read("hot.zone")
    publisher.publish(*DECISIONS, *more, at=NOW + timedelta(minutes=59))
    assert b"n0.example" in publisher.read("hot.zone")
    publisher.publish(*DECISIONS, *more, at=NOW + timedelta(minutes=60))
    assert b"n0.example" not in publisher.read("hot.zone")
    index = publisher.publish(*DECISIONS, *more[:2], at=NOW + timedelta(hours=24))
    sizes = {item["name"]: item["entries"] for item in index["files"]}
    assert (sizes["hot.zone"], sizes["base.zone"]) == (2, 4)


def test_another_answer_makes_a_new_base(tmp_path: Path) -> None:
    publisher = Publisher(tmp_path, carriers={"north": CarrierSettings()})
    publisher.publish(*DECISIONS)
    page = CarrierSettings(answer="page", page="192.0.2.1")
    publisher.settings = Publisher(tmp_path, carriers={"north": page}).settings
    publisher.publish(*DECISIONS, at=NOW + timedelta(minutes=1))
    assert b"evil.example A 192.0.2.1\n" in publisher.read("north/base.zone")
    assert b"evil.example CNAME .\n" in publisher.read("base.zone")
    publisher.publish(*DECISIONS, block("host:new.example"), at=NOW + timedelta(minutes=2))
    assert b"new.example" not in publisher.read("north/base.zone")


def test_what_a_cap_pushes_out_does_not_pass(tmp_path: Path) -> None:
    publisher = Publisher(tmp_path, carriers={"north": CarrierSettings(cap=2)})
    old = [block("domain:old.example"), block("host:older.example")]
    publisher.publish(*old)
    newer = replace(block("domain:new.example"), decided_at=NOW)
    publisher.publish(
        *old[:1], newer, replace(newer, indicator=Indicator.from_key("host:n.example"))
    )
    hot = publisher.read("north/hot.zone")
    assert b"new.example CNAME .\n" in hot
    assert b"\nold.example" not in hot
    assert b"older.example CNAME rpz-passthru.\n" in hot


def test_a_carrier_has_its_own_folder(tmp_path: Path) -> None:
    carrier = CarrierSettings(
        formats=("rpz", "hosts"), answer="page", page="warning.example", cap=1
    )
    publisher = Publisher(tmp_path, carriers={"north": carrier})
    index = publisher.publish(*DECISIONS, block("domain:z.example"))

    names = {item["name"] for item in index["files"] if item.get("profile") == "north"}
    assert names == {
        f"north/{n}"
        for n in (
            "rpz.zone",
            "hosts.txt",
            "hot.zone",
            "base.zone",
            "passthru.zone",
            "hot.csv",
            "hot.jsonl",
            "exceptions.txt",
        )
    }
    records = publisher.read("north/rpz.zone").decode().splitlines()[3:]
    assert records == [
        "evil.example CNAME warning.example.",
        "*.evil.example CNAME warning.example.",
        "good.evil.example CNAME rpz-passthru.",
        "*.good.evil.example CNAME rpz-passthru.",
    ]


@pytest.mark.parametrize("formats", [("misp",), ("rpz", "no-such")])
def test_a_carrier_that_names_no_format_stops_the_release(
    tmp_path: Path, formats: tuple[str, ...]
) -> None:
    publisher = Publisher(tmp_path, carriers={"north": CarrierSettings(formats=formats)})
    with pytest.raises(FanzhaError, match=r"release.carriers.north: expected .* formats out of"):
        publisher.publish(*DECISIONS)
    assert not (publisher.folder / "1").exists()


@pytest.mark.parametrize(
    ("formats", "answer", "page"),
    [
        (("dnsmasq",), "nodata", ""),
        (("rpz", "dnsmasq"), "page", "warning.example"),
        (("unbound",), "page", "warning.example"),
    ],
)
def test_an_answer_that_a_format_cannot_give_is_refused(
    formats: tuple[str, ...], answer: str, page: str
) -> None:
    with pytest.raises(ValueError, match=r"dnsmasq cannot answer|expected an IP address"):
        CarrierSettings.model_validate({"formats": formats, "answer": answer, "page": page})
