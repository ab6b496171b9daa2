"""Autonomous system and country of an address, from databases written here."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from examples.range import Running
from pipeline.errors import FanzhaError
from pipeline.settings import Settings
from spiders.networks import UNKNOWN, Networks
from tests.spiders.conftest import host, seen_by

Database = Callable[..., Path]


@pytest.fixture
def database(tmp_path: Path) -> Database:
    """Write a database of networks and what is said of them."""

    def write(name: str, said: dict[str, dict[str, Any]], *, version: int = 6) -> Path:
        writer = MMDBWriter(version, "Test", languages=["en"], ipv4_compatible=version == 6)
        for network, record in said.items():
            writer.insert_network(IPSet([network]), record)
        path = tmp_path / f"{name}.mmdb"
        writer.to_db_file(str(path))
        return path

    return write


def test_each_maker_s_words_are_understood(database: Database) -> None:
    numbers = database(
        "numbers",
        {
            "192.0.2.0/24": {
                "autonomous_system_number": 64500,
                "autonomous_system_organization": "Example Hosting",
            },
            "2001:db8::/32": {"asn": "AS64501", "as_name": "Example Six", "country_code": "hk"},
        },
    )
    countries = database(
        "countries", {"192.0.2.0/25": {"country": {"iso_code": "CN"}}, "192.0.2.128/25": {}}
    )
    networks = Networks([numbers, countries])
    first, second, third = map(networks.facts, ("192.0.2.1", "192.0.2.200", "2001:db8::1"))
    networks.close()
    assert first == {
        "asn": 64500,
        "organisation": "Example Hosting",
        "country": "CN",
        "source": "database",
    }
    assert (second["asn"], second["country"]) == (64500, None)
    assert third == {
        "asn": 64501,
        "organisation": "Example Six",
        "country": "HK",
        "source": "database",
    }


def test_what_is_not_known_is_said(database: Database) -> None:
    old = database("old", {"192.0.2.0/24": {"country": "CN"}}, version=4)
    networks = Networks([old])
    assert networks.facts("198.51.100.1") == UNKNOWN
    assert networks.facts("2001:db8::1") == UNKNOWN
    assert Networks([]).facts("192.0.2.1") == UNKNOWN


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.mmdb"
    wrong.write_text("nothing")
    for path in (wrong, tmp_path / "missing.mmdb"):
        with pytest.raises(FanzhaError, match=path.name):
            Networks([path])


def test_a_visit_says_whose_network_it_was_in(
    internet: Running, database: Database, tmp_path: Path
) -> None:
    path = database("range", {"127.0.0.0/8": {"asn": 64502, "country_code": "CN"}})
    site, gone = host("plain.example"), host("no-such-host.example")
    known = Settings(home=tmp_path, crawl=internet.crawl(network_databases=(path,)))
    seen = seen_by([site, gone], known)
    assert seen[site]["network"]["asn"] == 64502
    assert "network" not in seen[gone]
    without = Settings(home=tmp_path, crawl=internet.crawl())
    assert seen_by([site], without)[site]["network"] == UNKNOWN
