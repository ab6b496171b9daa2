"""Registration facts from the range's registry, over RDAP."""

import asyncio
import json
from pathlib import Path

from examples.range import Running
from pipeline.indicators import registrable_domain
from pipeline.settings import Settings
from spiders.egress import Egress
from spiders.names.client import DnsClient
from spiders.names.facts import DnsReader
from spiders.names.servers import dns_servers
from spiders.registration import UNKNOWN, RegistrationReader, read_registration
from spiders.registries import Registries
from tests.spiders.conftest import NOW, host, seen_by

PLAIN, OTHER = host("www.plain.example"), host("chinese.example")


def registrations(internet: Running, home: Path, bootstrap: str | None) -> list[object]:
    crawl = internet.crawl(rdap_bootstrap=bootstrap, rdap_per_second=50)
    seen = seen_by([PLAIN, OTHER], Settings(home=home, crawl=crawl))
    return [seen[one]["registration"] for one in (PLAIN, OTHER)]


def test_dates_and_registrar_of_the_registrable_domain(internet: Running, tmp_path: Path) -> None:
    known, unknown = registrations(internet, tmp_path, f"{internet.rdap}dns.json")
    assert known == {
        "registered": "2020-05-04",
        "changed": "2020-05-04",
        "expires": "2050-04-27",
        "registrar": "Practice Registrar",
        "source": "rdap",
    }
    assert unknown == UNKNOWN


def test_the_bootstrap_may_be_a_file_and_may_be_missing(internet: Running, tmp_path: Path) -> None:
    file = tmp_path / "dns.json"
    file.write_text(json.dumps({"services": [[["example"], [internet.rdap]]]}))
    assert registrations(internet, tmp_path, str(file))[0] != UNKNOWN
    assert registrations(internet, tmp_path, str(tmp_path / "none.json")) == [UNKNOWN, UNKNOWN]
    assert registrations(internet, tmp_path, None) == [UNKNOWN, UNKNOWN]


def test_a_registry_that_does_not_prove_who_it_is_is_not_believed(
    internet: Running, tmp_path: Path
) -> None:
    # There is a page at this address, which says 404: "no such domain", were it a registry's word.
    file = tmp_path / "dns.json"
    file.write_text(json.dumps({"services": [[["example"], ["https://www.plain.example/none"]]]}))
    crawl = internet.crawl(rdap_bootstrap=str(file), rdap_per_second=50)
    seen = seen_by([PLAIN], Settings(home=tmp_path, crawl=crawl))
    assert seen[PLAIN]["http.state"] == "ok"
    assert "registration" not in seen[PLAIN]


async def test_an_answer_of_opening_brackets_is_none(internet: Running, tmp_path: Path) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + b"[" * 200_000)
        await writer.drain()

    file = tmp_path / "dns.json"
    crawl = internet.crawl(rdap_bootstrap=str(file), rdap_per_second=50)
    async with (
        await asyncio.start_server(answer, "127.0.0.1", 0) as server,
        DnsClient(dns_servers(crawl.resolver)) as client,
        Egress(crawl, DnsReader(client, registrable_domain)) as egress,
    ):
        base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        file.write_text(json.dumps({"services": [[["example"], [base]]]}))
        with Registries(tmp_path) as registries:
            reader = RegistrationReader(
                egress, crawl, registries, domains=["plain.example"], folder=tmp_path, now=NOW
            )
            assert await reader.facts("plain.example") is None


def test_an_odd_answer_gives_what_it_has() -> None:
    assert read_registration([1], now=NOW) == UNKNOWN
    odd = {
        "events": [{"eventAction": "registration", "eventDate": "soon"}, 7],
        "entities": [{"roles": None}, {"roles": 5}, {"roles": ["registrar"], "vcardArray": [0, 1]}],
    }
    assert read_registration(odd, now=NOW) == {**UNKNOWN, "source": "rdap"}


def test_half_a_surrogate_pair_in_a_name_is_replaced() -> None:
    card = ["vcard", [["fn", {}, "text", "Half \ud800 Registrar"]]]
    answer = {"entities": [{"roles": ["registrar"], "vcardArray": card}]}
    assert read_registration(answer, now=NOW)["registrar"] == "Half ? Registrar"


def test_what_is_said_to_happen_yet_has_not_happened() -> None:
    day = "2999-01-01T00:00:00Z"
    kinds = ("registration", "last changed", "expiration")
    answer = {"events": [{"eventAction": kind, "eventDate": day} for kind in kinds]}
    found = read_registration(answer, now=NOW)
    assert (found["registered"], found["changed"]) == (None, None)
    assert found["expires"] == "2999-01-01"
