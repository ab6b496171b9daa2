"""A batch of sites, crawled for real on the range of tests/spiders/internet."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from examples.range import Running
from pipeline.artifacts import ArtifactStore
from pipeline.errors import FanzhaError
from pipeline.nouns import Indicator, Kind
from pipeline.settings import Settings
from spiders.crawl import crawl_batch
from spiders.site_spider import SiteSpider
from tests.spiders.conftest import NOW, Seen, host, seen_by, url

Crawl = Callable[..., dict[Indicator, Seen]]


def test_a_site_is_seen_with_its_page_and_its_dns(crawl: Crawl) -> None:
    seen = crawl(host("plain.example"))[host("plain.example")]
    assert seen["http.state"] == "ok"
    assert seen["http.status"] == 200
    assert seen["page"]["title"] == "A plain page"
    assert [hop["ip"] for hop in seen["http.hops"]] == ["127.0.0.31"]
    assert seen["dns"]["mx"] == ["10 mail.plain.example"]
    assert (seen["dns"]["spf"], seen["dns"]["dmarc"], seen["dns"]["wildcard"]) == (
        True,
        True,
        False,
    )


def test_the_body_is_kept_under_its_sha256(internet: Running, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, crawl=internet.crawl())
    seen = seen_by([host("plain.example")], settings)[host("plain.example")]
    body = ArtifactStore(settings.artifacts_url).get(seen["http.body"]["sha256"])
    assert body.startswith(b"<!doctype html><title>A plain page")


@pytest.mark.parametrize(
    ("path", "kinds"),
    [
        ("/go", ["start", "http", "http"]),
        ("/meta", ["start", "meta", "http", "http"]),
        ("/script", ["start", "js", "http", "http"]),
        ("/frame", ["start", "iframe"]),
    ],
)
def test_every_way_of_moving_a_visitor_on_is_a_hop(
    crawl: Crawl, path: str, kinds: list[str]
) -> None:
    seen = crawl(url(f"http://plain.example{path}"))[url(f"http://plain.example{path}")]
    assert [hop["kind"] for hop in seen["http.hops"]] == kinds
    assert seen["http.final_url"] == "https://chinese.example/"
    assert seen["page"]["charset"] == "gb18030"
    assert seen["page"]["title"] == "清河茶庄"
    assert seen["tls"]["sans"] == ["chinese.example"]


@pytest.mark.parametrize(
    ("address", "state"),
    [
        ("http://plain.example/loop", "too-many-redirects"),
        ("http://plain.example/file", "bad-scheme"),
        ("http://plain.example/ftp", "bad-scheme"),
        ("http://plain.example/hang", "timeout"),
        ("http://plain.example/reset", "connect-error"),
        # A browser shows what came before the cut.
        ("http://plain.example/drip", "ok"),
        ("http://plain.example/endless", "ok"),
        ("http://plain.example/to-gone", "connect-error"),
        ("http://gone.example/", "connect-error"),
        ("http://broken-dns.example/", "dns-error"),
        ("http://no-such-host.example/", "dns-nxdomain"),
        ("http://10.0.0.1/", "refused-address"),
    ],
)
def test_how_a_visit_ended_is_told_apart(crawl: Crawl, address: str, state: str) -> None:
    seen = crawl(url(address), timeout=4, max_bytes=100_000)
    assert seen[url(address)]["http.state"] == state


def test_what_came_of_a_slow_or_endless_body_is_kept(crawl: Crawl) -> None:
    slow, endless = url("http://plain.example/drip"), url("http://plain.example/endless")
    seen = crawl(slow, endless, timeout=4, max_bytes=100_000)
    assert seen[slow]["page"]["title"] == "drip"
    assert seen[slow]["http.body"]["truncated"] is True
    assert seen[slow]["page.state"] == "live"
    assert seen[endless]["http.body"]["size"] == 100_000
    assert seen[endless]["http.body"]["truncated"] is True


def test_a_bare_domain_is_tried_with_www_too(crawl: Crawl) -> None:
    domain = Indicator(Kind.DOMAIN, "only-www.example")
    assert crawl(domain)[domain]["http.final_url"] == "http://www.only-www.example/"


def test_credentials_in_a_redirect_are_not_recorded(crawl: Crawl) -> None:
    seen = crawl(url("http://plain.example/secret"))[url("http://plain.example/secret")]
    assert seen["http.final_url"] == "http://plain.example/"
    assert "s3cr3t" not in str(seen)


async def test_it_runs_again_and_inside_a_running_loop(crawl: Crawl) -> None:
    for _ in range(2):
        seen = crawl(host("plain.example"), host("www.plain.example"))
        assert {s["http.state"] for s in seen.values()} == {"ok"}
    both = await asyncio.gather(
        *(asyncio.to_thread(crawl, host(name)) for name in ("plain.example", "chinese.example"))
    )
    assert [len(one) for one in both] == [1, 1]


def test_a_number_cannot_be_crawled(tmp_path: Path) -> None:
    number = Indicator(Kind.NUMBER, "+8613800138000")
    with pytest.raises(FanzhaError, match="expected sites"):
        crawl_batch(
            [number], settings=Settings(home=tmp_path), artifacts=ArtifactStore("x"), now=NOW
        )


def test_a_site_with_two_faces_is_seen_by_both(crawl: Crawl) -> None:
    seen = crawl(host("two-faced.example"), host("same-words.example"))
    cloaked = seen[host("two-faced.example")]["page.cloaking"]
    assert (cloaked["mobile"]["title"], cloaked["desktop"]["title"]) == (
        "会员任务大厅",
        "Garden tools",
    )
    assert cloaked["difference"] > 0.5
    assert "page.cloaking" not in seen[host("same-words.example")]


def test_pages_that_ask_for_something_are_looked_at_too(crawl: Crawl) -> None:
    seen = crawl(host("two-faced.example"), further_pages=2)[host("two-faced.example")]
    assert [page["title"] for page in seen["page.further"]] == ["登录", "注册"]
    meanings = [
        f["meaning"] for p in seen["page.further"] for form in p["forms"] for f in form["fields"]
    ]
    assert meanings == ["phone", "password", "invitation-code", "bank-card"]
    alone = crawl(host("two-faced.example"), further_pages=0)[host("two-faced.example")]
    assert "page.further" not in alone


def test_the_icon_is_hashed(crawl: Crawl) -> None:
    page = crawl(host("two-faced.example"))[host("two-faced.example")]["page"]
    assert page["favicon"] == {"url": "http://two-faced.example/icon.png", "hash": "669986304"}
    none = crawl(host("plain.example"))[host("plain.example")]["page"]
    assert none["favicon"]["hash"] is None


def test_what_may_come_back_is_tried_again(internet: Running, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, crawl=internet.crawl())
    seen = seen_by([host("busy.example")], settings)[host("busy.example")]
    assert (seen["http.state"], seen["http.status"]) == ("ok", 503)


def test_slow_hops_are_not_taken_for_a_site_that_does_not_answer(
    crawl: Crawl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SiteSpider, "_in_time", lambda *_: False)
    moved = url("http://plain.example/go")
    seen = crawl(moved)[moved]
    assert (seen["http.state"], len(seen["http.hops"])) == ("too-many-redirects", 1)
