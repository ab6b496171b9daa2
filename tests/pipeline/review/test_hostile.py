"""A corpus of hostile pages as evidence: in the console they do nothing, and nothing leaves it."""

from urllib.parse import urlencode

import pytest

from pipeline.categories import Category
from pipeline.indicators.urls import read_url
from pipeline.nouns import Indicator, Json, Kind, Label, Observation, Reason, Verdict
from pipeline.store.observations import add_observations
from pipeline.store.reviews import ReviewItem, open_items
from pipeline.store.verdicts import add_verdicts
from pipeline.whys import why
from tests.pipeline.review.browser import Live
from tests.pipeline.review.seed import hang
from tests.pipeline.review.test_inert import BOMB

CORPUS: dict[str, str] = {
    "script": "<script>window.__ran = 1; alert(1)</script>",
    "handler": "\"><img src=x onerror=\"window.__ran=1\"><body onload='window.__ran=1'>",
    "svg": "<svg onload=window.__ran=1><animate onbegin=window.__ran=1 attributeName=x dur=1s></svg>",
    "foreign": "<svg><foreignObject><iframe srcdoc='<script>parent.__ran=1</script>'></iframe></svg>",
    "link": "<a href='javascript:window.__ran=1'>x</a> javascript:window.__ran=1",
    "base": "<base href='https://evil.example/'><form action='https://evil.example/'><button>go",
    "meta": "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "sheet": "<link rel=stylesheet href='//evil.example/x.css'><style>@import url(//evil.example/a)",
    "beacon": "<img src='https://evil.example/pixel'><link rel=prefetch href='https://evil.example/'>",
    "close": "</pre></textarea></title></script></style></template><script>window.__ran=1</script>",
    "template": "{{ 7*7 }} {% raw %} ${7*7} <%= 7 %> #{7*7} %(login)s %s {0}",
    "htmx": "<div hx-get='https://evil.example/' hx-trigger='load' data-hx-on:load='window.__ran=1'></div>",
    "htmx-on": "<b hx-on::load='window.__ran=1' hx-vals='js:{x: window.__ran=1}' data-key='b'>x</b>",
    "csp": "<script src='/static/desk.js?x' nonce></script><script src=data:text/javascript,window.__ran=1></script>",
    "dangling": "<img src='https://evil.example/?",
    "entity": "&lt;script&gt;window.__ran=1&lt;/script&gt; &#x3c;script&#x3e;",
    "null": "<scr\0ipt>window.__ran=1</scr\0ipt>\ufffe\uffff",
    "turned": "safe\u202etxt.exe \u2066\u2067\u200f\u061c",
    "zalgo": "a" + "\u0301" * 3000,
    "surrogate": "\ud800 lone \udfff",
    "giant": "<div>" * 60_000 + "x" * 400_000,
    "long": "长" * 30_000,
    "mxss": "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 "
    "onerror=window.__ran=1&gt;'>",
}  # fmt: skip


def hostile_page(text: str) -> dict[str, Json]:
    text = text.encode("utf-8", "replace").decode() if "\ud800" in text else text
    field = {
        "label": text[:300],
        "name": text[:300],
        "type": text[:50],
        "placeholder": text[:300],
        "meaning": text[:50],
    }
    return {
        "title": text, "text": text, "language": text[:10], "state": text[:20],
        "forms": [{"action_host": text[:300], "external": True, "method": "post", "fields": [field] * 40}],
        "contacts": {"wechat": [text[:300]] * 30, text[:40]: [text[:100]], "phones": [], "emails": [text[:300]]},
        "downloads": [{"url": text, "kind": text[:30]}], "icp": [text[:300]],
        "dom_hash": "x", "text_simhash": "0",
    }  # fmt: skip


def plant(live: Live, name: str) -> Indicator:
    """An item all of whose evidence is hostile."""
    office, text = live.office, CORPUS[name]
    text = text.encode("utf-8", "replace").decode()
    now = office.clock.now
    indicator = Indicator(Kind.URL, read_url(f"http://{name}.example/" + text[:150], text).href)
    hops = [{"url": text[:3000], "status": text[:10], "ip": text[:40], "kind": text[:20]}] * 5
    values: dict[str, Json] = {
        "page": hostile_page(text),
        "http.hops": hops,
        "page.unrendered": text[:40],
        "page.beside": [{"kind": text[:20], "url": text[:3000], "page": hostile_page(text)}] * 7,
        "dns": {"a": [text[:200]] * 30, text[:40]: text, "soa": {"x": text[:400]}},
        "registration": {"registered": text[:100], "registrar": text[:500]},
        "tls": {"issuer": text[:500], "sans": [text[:300]] * 50},
        "network": {"organisation": text[:300], "country": text[:10]},
        "links": [{"indicator": f"host:{text[:200]}", "by": text[:300]}, {"indicator": text[:200], "by": ""}],
    }  # fmt: skip
    values["page.rendered"] = True
    hang(office.desk.artifacts, indicator, BOMB, now)
    reason = Reason(f"r.{name}", 1.0, text[:300], text[:300], text[:200])
    verdict = Verdict(
        indicator, Label.MALICIOUS, Category.OTHER, 0.7, (reason,), "e", text[:50], now
    )
    with office.desk.store.write() as tx:
        add_observations(
            tx, [Observation(indicator, p, v, "crawl", now, now) for p, v in values.items()]
        )
        add_verdicts(tx, [verdict])
        item = ReviewItem(
            indicator,
            Indicator(Kind.URL, indicator.value),
            verdict.id,
            why("plain", text=text[:300]),
            99.0,
            now,
        )
        open_items(tx, [item])
    return indicator


@pytest.mark.parametrize("path", ["/queue", "/item", "/family", "/item/twin"])
def test_hostile_pages_do_nothing(live: Live, path: str) -> None:
    page = live.context("senior").new_page()
    for name in CORPUS:
        subject = str(plant(live, name))
        page.goto(f"{live.base}{path}?{urlencode({'subject': subject, 'twin': subject})}")
        assert page.evaluate("window.__ran") is None, name
        inert = "document.querySelectorAll('iframe, object, embed, base').length"
        assert page.evaluate(inert) == 0, name
        scripts = page.evaluate("Array.from(document.scripts).map(s => s.getAttribute('src'))")
        assert scripts in ([], ["/static/htmx.min.js", "/static/desk.js"]), name
        assert len(page.content()) < 1_500_000, name
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.__ran") is None
    assert live.wrongs == []
    assert live.elsewhere() == []
