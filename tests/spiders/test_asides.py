"""Pages that lead on by themselves: what a victim may be shown is seen, whichever way a script would go."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from classifiers.domains import judge
from examples.range import Running
from examples.range.webserver import Answer, Request, response
from pipeline.nouns import Evidence, Label
from pipeline.settings import Settings
from tests.conftest import require_program
from tests.spiders.conftest import NOW, Seen, html, seen_by, small_internet, url

FRAUD = (
    "<title>刷单返利平台</title><p>刷单返利 做任务领佣金 垫付本金 保证高收益 充值 提现 导师带单 稳赚不赔</p>"
    '<form><input name=idcard placeholder="身份证号"><input name=bankcard placeholder="银行卡号">'
    f"<input type=password></form><p>{'会员任务大厅 ' * 150}</p>"
)
HONEST = f"<title>市图书馆</title><p>{'本馆周一至周日开放，读者可凭借书证借阅图书。' * 20}</p>"
AWAY = 'location.href="http://honest.example/"'
NOWHERE = 'location.href="http://nowhere-at-all.example/"'

ACQUITTALS = {
    "dead-branch": f"<script>if(0){{{AWAY}}}</script>",
    "comment": f"<script>// {AWAY}\n</script>",
    "by-visitor": f"<script>if(navigator.webdriver) {AWAY};</script>",
    "template": f'<script type="text/template">{AWAY}</script>',
    "noscript": '<noscript><meta http-equiv=refresh content="0;url=//honest.example/"></noscript>',
    "late": '<meta http-equiv=refresh content="9;url=//honest.example/">',
    "at-once": '<meta http-equiv=refresh content="0;url=//honest.example/">',
    "to-nowhere": f"<script>{NOWHERE}</script>",
    "to-a-bad-port": '<meta http-equiv=refresh content="0;url=//honest.example:25/">',
}
LEADING = {
    # Pages with nothing of their own: where they may lead is looked at, all of it.
    "either": f"<script>if(0){AWAY};else location.href='//fraud.example/'</script>",
    "or": f"<script>if(0){AWAY}</script><iframe src=//fraud.example/></iframe>",
    "twice": "<script>if(1)location.href='//either.example/'</script>",
    "page-to-page": f"{HONEST}<script>if(1)location.href='//second.example/'</script>",
    "header": "by header",
    "header-late": HONEST,
}
PLAIN = {
    "fraud": FRAUD,
    "honest": HONEST,
    "second": f"{HONEST}<script>if(1)location.href='//fraud.example/'</script>",
    "frame-buster": f"{HONEST}<script>if(top!=self)top.location='//honest.example/'</script>",
    "moved": f"<script>{AWAY}</script>",
    "shell": f"<div id=app></div><script>if(0){AWAY}</script><script src=/app.js></script>",
}
PAGES = PLAIN | LEADING | {name: markup + FRAUD for name, markup in ACQUITTALS.items()}


def site(request: Request) -> Answer:
    name = request.host.partition(".")[0]
    if request.path == "/app.js":
        body = f"document.getElementById('app').innerHTML = {FRAUD!r}"
        return response(body.encode(), content_type="text/javascript; charset=utf-8")
    if name.startswith("header"):
        seconds = 30 if name == "header-late" else 0
        headers = {"Refresh": f"{seconds}; url=http://fraud.example/"}
        return response(PAGES[name].encode(), content_type="text/html", headers=headers)
    return html(PAGES[name])


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    hosts = dict.fromkeys([f"{name}.example" for name in PAGES], "127.0.1.1")
    with small_internet(site, hosts) as (running, _):
        yield running


def seen(running: Running, home: Path, *names: str, **others: object) -> dict[str, Seen]:
    few: dict[str, object] = {"second_look": False, "icons": False, "chromium": "none"}
    settings = Settings(home=home, crawl=running.crawl(**(few | others)))
    found = seen_by([url(f"http://{name}.example/") for name in names], settings)
    return {name: found[url(f"http://{name}.example/")] for name in names}


def labels(found: dict[str, Seen]) -> dict[str, Label]:
    evidence = [
        Evidence(url(f"http://{name}.example/"), NOW, facts) for name, facts in found.items()
    ]
    verdicts = judge(evidence, now=NOW)
    return {name: verdict.label for name, verdict in zip(found, verdicts, strict=True)}


def test_no_line_of_markup_acquits_a_page(running: Running, tmp_path: Path) -> None:
    found = seen(running, tmp_path, *ACQUITTALS)
    assert {one["http.state"] for one in found.values()} == {"ok"}
    assert {one["page"]["title"] for one in found.values()} == {"刷单返利平台"}
    assert labels(found) == dict.fromkeys(ACQUITTALS, Label.MALICIOUS)


def test_wherever_a_page_may_lead_is_judged(running: Running, tmp_path: Path) -> None:
    found = seen(running, tmp_path, *LEADING)
    assert labels(found) == dict.fromkeys(LEADING, Label.MALICIOUS)
    assert [one["url"] for one in found["page-to-page"]["page.beside"]] == [
        "http://second.example/",
        "http://fraud.example/",
    ]
    assert [hop["kind"] for hop in found["header"]["http.hops"]] == ["start", "refresh"]


def test_a_page_that_only_leads_on_is_followed(running: Running, tmp_path: Path) -> None:
    found = seen(running, tmp_path, "moved", "frame-buster")
    moved, framed = found["moved"], found["frame-buster"]
    assert moved["http.final_url"] == "http://honest.example/"
    assert "page.beside" not in moved
    assert framed["http.final_url"] == "http://frame-buster.example/"
    assert [one["url"] for one in framed["page.beside"]] == ["http://honest.example/"]
    assert Label.MALICIOUS not in labels(found).values()


def test_a_shell_that_a_browser_may_not_leave_is_seen_in_one(
    running: Running, tmp_path: Path
) -> None:
    (unread,) = labels(seen(running, tmp_path, "shell")).values()
    assert unread is Label.UNKNOWN
    found = seen(running, tmp_path, "shell", chromium=require_program("chromium"))
    (left,) = found["shell"]["page.beside"]
    assert (left["kind"], left["rendered"], left["page"]["title"]) == ("left", True, "刷单返利平台")
    assert labels(found) == {"shell": Label.MALICIOUS}
