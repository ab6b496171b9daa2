"""The RDAP bootstrap file: from a path or a URL, and kept on disk for a day."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from spiders.bootstrap import bases_of, read_bases
from tests.spiders.conftest import NOW

URL = "https://registries.example/dns.json"
OLD = {"services": [[["example"], ["https://old.example/"]]]}
NEW = {"services": [[["example"], ["https://new.example/"]]]}


class Registries:
    """Gives a table and counts how often; None while it is out of order."""

    def __init__(self, table: Any) -> None:
        self.table = table
        self.asked = 0

    async def __call__(self, url: str) -> Any:
        assert url == URL
        self.asked += 1
        return self.table


async def test_it_is_fetched_once_a_day(tmp_path: Path) -> None:
    far = Registries(OLD)
    for hours, base, asked in ((0, "old", 1), (23, "old", 1), (25, "new", 2), (26, "new", 2)):
        far.table = NEW if hours else OLD
        now = NOW + timedelta(hours=hours)
        found = await read_bases(URL, fetch=far, folder=tmp_path / "cache", now=now)
        assert (found, far.asked) == ({"example": f"https://{base}.example/"}, asked)
    assert len(list((tmp_path / "cache").iterdir())) == 1


async def test_what_is_kept_is_used_while_nothing_newer_comes(tmp_path: Path) -> None:
    far = Registries(OLD)
    await read_bases(URL, fetch=far, folder=tmp_path, now=NOW)
    for broken in (None, [], {"services": "none"}):
        far.table = broken
        found = await read_bases(URL, fetch=far, folder=tmp_path, now=NOW + timedelta(days=9))
        assert found == {"example": "https://old.example/"}


async def test_without_any_there_are_no_registries(tmp_path: Path) -> None:
    far = Registries(None)
    assert await read_bases(URL, fetch=far, folder=tmp_path, now=NOW) == {}
    assert await read_bases(None, fetch=far, folder=tmp_path, now=NOW) == {}


def test_https_is_preferred() -> None:
    good = [["CN", "中国"], ["http://a.example/", "https://b.example/"]]
    table = {"services": [good, ["broken"], [5, ["https://c.example/"]], [["com"], 5]]}
    assert bases_of(table) == {"cn": "https://b.example/", "中国": "https://b.example/"}
