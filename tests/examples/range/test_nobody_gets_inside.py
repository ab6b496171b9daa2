"""The crawler on the hostile internet: whatever leads inside, by name or by page, nobody gets there."""

from datetime import UTC, datetime
from pathlib import Path

from examples.range.hostile import HOSTS, TARGETS, serve_hostile, trespasses
from pipeline.artifacts import ArtifactStore
from pipeline.indicators import parse
from pipeline.settings import Settings
from spiders.crawl import crawl_batch

WAYS = ("redirect", "meta", "js", "frame")
INSIDE = [f"{host}.example" for host in ("inside", "alias-inside", "metadata", "zero")]
INSIDE += [f"{host}.example" for host in ("v6-inside", "mapped", "nat64")]


def test_no_page_and_no_name_leads_the_crawler_inside(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    pages = [f"http://hostile.example/{way}/to/{name}" for way in WAYS for name in TARGETS]
    pages += [f"http://hostile.example/{path}" for path in ("chain/100", "page/reach-in")]
    pages += [f"{scheme}://{host}/" for host in HOSTS for scheme in ("http", "https")]
    with serve_hostile(now=now) as (running, visits):
        settings = Settings(
            home=tmp_path, crawl=running.crawl(timeout=2, site_timeout=5, per_host=16)
        )
        seen = crawl_batch(
            [parse(page) for page in pages],
            settings=settings,
            artifacts=ArtifactStore(str(tmp_path / "artifacts")),
            now=now,
        )
    assert trespasses(visits) == []
    assert visits.to("hostile.example")
    state = {o.indicator: o.value for o in seen if o.prop == "http.state"}
    assert state.keys() == {parse(page) for page in pages}
    assert {state[parse(f"http://{host}/")] for host in INSIDE} == {"refused-address"}
    assert not any("geheim-9999" in str(one.headers) for one in visits.requests)
    assert not any("authorization" in one.headers for one in visits.requests)
