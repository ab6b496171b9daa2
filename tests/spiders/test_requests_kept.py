"""What is kept of a request is what was sent; and nobody's password is learnt from a page."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from examples.range import Running
from examples.range.listening import Internet, served
from examples.range.nameserver import Names
from examples.range.webserver import Request, Visits, response
from pipeline.artifacts import ArtifactStore, Place
from pipeline.settings import Settings
from spiders.crawl import crawl_batch
from tests.spiders.conftest import NOW, url

SITE = url("http://shop.example/")
PAGE = """<title>会员中心</title>
<meta http-equiv=refresh content="60;url=http://li:geheim1@other.example/a">
<link rel=icon href="http://li:geheim2@shop.example/i.png">
<a href="http://li:geheim3@far.example/login">登录</a>
<a href="http://li:geheim4@shop.example/login">登录</a>
<a href="//li:geheim5@far.example/a.apk">下载</a>
<form action="http://li:geheim6@far.example/x"><input type=password></form>
<iframe src="http://li:geheim7@far.example/"></iframe>
<p>会员登录 任务佣金提现客服 service@shop.example</p>"""


@pytest.fixture
def shop() -> Iterator[tuple[Running, Visits]]:
    names = Names()
    start = "@ 900 SOA ns.example. hostmaster.example. 1 1800 900 604800 300"
    names.add("example", [start, "@ 900 NS ns.example.", "ns A 127.0.0.1"])
    names.add("shop.example", ["@ A 127.0.1.1"])

    def site(_: Request) -> bytes:
        return response(PAGE.encode(), content_type="text/html; charset=utf-8")

    with served(Internet(names=names, site=site, addresses=("127.0.1.1",)), now=NOW) as running:
        yield running


def test_requests_are_kept_as_sent_and_credentials_are_not_learnt(
    shop: tuple[Running, Visits], tmp_path: Path
) -> None:
    running, visits = shop
    settings = Settings(home=tmp_path, crawl=running.crawl(second_look=False))
    store = ArtifactStore(settings.artifacts_url)
    seen = crawl_batch([SITE], settings=settings, artifacts=store, now=NOW)
    assert "geheim" not in str(seen)
    page = next(one.value for one in seen if one.prop == "page")
    assert page["contacts"]["emails"] == ["service@shop.example"]
    assert page["meta_refresh"]["url"] == "http://other.example/a"
    (visit,) = store.visits_to(SITE)
    assert "geheim" not in str(visit)
    (place, *_) = (
        Place(visit["warc"], one["offset"], one["length"])
        for one in visit["records"]
        if one["type"] == "request"
    )
    record = next(ArchiveIterator(io.BytesIO(store.record(place))))
    kept = {name.lower(): value for name, value in record.http_headers.headers}
    assert kept == dict(visits.requests[0].headers)
    assert kept["host"] == "shop.example"
