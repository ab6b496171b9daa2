"""A store with work in it, made of the project's own nouns; every name in it is an example's."""

import hashlib
import io
import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from PIL import Image, ImageDraw

from pipeline.artifacts import ArtifactStore, Bundle
from pipeline.categories import Category
from pipeline.nouns import Indicator, Json, Kind, Label, Observation, Reason, Report, Verdict
from pipeline.store import Connection
from pipeline.store.observations import add_observations
from pipeline.store.reports import add_reports
from pipeline.store.reviews import ReviewItem, open_items
from pipeline.store.verdicts import add_verdicts
from pipeline.whys import why

REASONS = (
    Reason(
        "phrase.rebate",
        1.9,
        "承诺刷单返利",
        "promises money for tasks",
        "做任务，日入三百，先垫付后返利",
    ),
    Reason(
        "form.bank-card",
        1.4,
        "索取银行卡号与短信验证码",
        "asks for bank card and SMS code",
        "银行卡号、短信验证码",
    ),
    Reason(
        "registration.young",
        0.8,
        "域名注册不足一个月",
        "registered less than a month ago",
        "2026-02-11",
    ),
    Reason("icp.absent", 0.4, "页面没有备案号", "no ICP filing on the page"),
    Reason(
        "contacts.company", -0.5, "列有公司地址", "gives a company address", "示例市示例路 1 号"
    ),
)
NUMBER_REASONS = (
    Reason("number.calls_per_day", 2.1, "平均每天呼出420次", "makes 420 calls a day", "calls_per_day=420"),
    Reason("number.night_share", 0.9, "夜间呼出占60%", "share of calls at night is 60%", "night_share=0.6"),
    Reason("number.callback_rate", 0.6, "回拨率仅4%", "only 4% of callees call back", "callback_rate=0.043"),
    Reason("number.tenure_days", -0.4, "开户812天", "was activated 812 days ago", "tenure_days=812"),
)  # fmt: skip
TEXT = (
    "高薪兼职，在家就能做。\n新会员完成三单任务即可提现，先垫付，后返利。\n"
    "联系客服领取任务，名额有限。\n请填写姓名、银行卡号、短信验证码完成实名。"
)
HONEST = (
    "示例兼职平台。\n本平台不收取任何费用，不要求垫付，警惕刷单返利诈骗。\n企业招聘信息经人工审核。"
)


def site(n: int) -> Indicator:
    """The n-th suspected site."""
    return Indicator(Kind.HOST, f"task{n:03}.rebate-{n % 7}.example")


def page(
    host: str, *, title: str = "任务大厅", text: str = TEXT, simhash: str = "0f0f0f0f0f0f0f0f"
) -> dict[str, Json]:
    """A page as the spider reads it, with what the desk shows of it."""
    return {
        "url": f"https://{host}/",
        "state": "live",
        "title": title,
        "text": text,
        "language": "zh",
        "forms": [
            {
                "action_host": "pay.collect.example",
                "external": True,
                "method": "post",
                "fields": [
                    {"label": "姓名", "name": "xm", "type": "text", "placeholder": "", "meaning": "name"},
                    {"label": "银行卡号", "name": "kh", "type": "tel", "placeholder": "", "meaning": "bank-card"},
                    {"label": "短信验证码", "name": "yzm", "type": "tel", "placeholder": "", "meaning": "sms-code"},
                ],
            }
        ],
        "contacts": {"wechat": ["kefu-example"], "qq": [], "phones": ["+861012345678"], "emails": []},
        "downloads": [{"url": f"https://{host}/app.apk", "kind": "apk"}],
        "dom_hash": "aaaabbbbccccdddd",
        "text_simhash": simhash,
    }  # fmt: skip


def observe(indicator: Indicator, prop: str, value: Json, at: datetime) -> Observation:
    return Observation(indicator, prop, value, "crawl", at, at)


def site_facts(
    indicator: Indicator, at: datetime, *, family: Sequence[Indicator] = ()
) -> list[Observation]:
    """What a crawl leaves about one site."""
    host = indicator.value
    hops = [
        {"url": f"http://{host}/", "status": 302, "ip": "192.0.2.10", "kind": "http"},
        {
            "url": f"https://{host}/login?next=%2F",
            "status": 200,
            "ip": "192.0.2.10",
            "kind": "http",
        },
    ]
    dns = {
        "a": ["192.0.2.10"],
        "ns": ["ns1.dns.example"],
        "mx": [],
        "txt": None,
        "status": "noerror",
        "ttl": 600,
        "wildcard": True,
    }
    registration = {
        "registered": "2026-02-11",
        "expires": "2027-02-11",
        "registrar": "Example Registrar",
        "source": "rdap",
    }
    tls = {"issuer": "Example CA", "not_before": "2026-02-12", "sans": [host], "self_signed": False}
    facts = {
        "http.state": "ok",
        "http.hops": hops,
        "page": page(host),
        "dns": dns,
        "registration": registration,
        "tls": tls,
        "network": {"asn": 64500, "organisation": "Example Hosting", "country": "ZZ"},
        "links": [{"indicator": str(member), "by": "template"} for member in family],
    }
    return [observe(indicator, prop, value, at) for prop, value in facts.items()]


def call_facts(
    indicator: Indicator, at: datetime, *, calls: float, night: float
) -> list[Observation]:
    """Four weekly windows of calls of one number, growing to what is given."""
    windows = []
    for week in range(4):
        day = (at - timedelta(days=7 * (3 - week))).date().isoformat()
        share = (week + 1) / 4
        value = {
            "window": 7,
            "first_day": day,
            "last_day": day,
            "features": {
                "calls_per_day": round(calls * share, 1),
                "night_share": round(night * share, 3),
                "callback_rate": round(0.4 / (1 + calls / 50), 3),
            },
        }
        windows.append(observe(indicator, "calls", value, at - timedelta(days=7 * (3 - week))))
    return windows


def verdict(
    indicator: Indicator,
    probability: float,
    at: datetime,
    category: Category = Category.TASK_REBATE,
) -> Verdict:
    label = Label.MALICIOUS if probability >= 0.5 else Label.UNKNOWN
    calls = indicator.kind is Kind.NUMBER
    return Verdict(
        indicator,
        label,
        category,
        probability,
        NUMBER_REASONS if calls else REASONS,
        f"evidence-{indicator}",
        "numbers@1" if calls else "site-rules@1",
        at,
    )


def report(indicator: Indicator, source: str, n: int, at: datetime, category: Category) -> Report:
    raw = f"{source} {indicator} {n}"
    return Report(
        source,
        (indicator,),
        raw,
        at,
        reporter=f"person-{n % 5}" if source == "app" else None,
        category=category,
    )


def picture() -> bytes:
    """A PNG as a browser would take it."""
    drawn = Image.new("RGB", (360, 640), "#f6f2ea")
    pen = ImageDraw.Draw(drawn)
    pen.rectangle((0, 0, 360, 90), fill="#b8342b")
    for n in range(6):
        pen.rectangle((24, 130 + 80 * n, 336, 180 + 80 * n), fill="#e4dccd")
    out = io.BytesIO()
    drawn.save(out, "PNG")
    return out.getvalue()


def hang(artifacts: ArtifactStore, indicator: Indicator, png: bytes, at: datetime) -> None:
    """Keep a screenshot as a crawl does: its bytes, and a visit that names them."""
    record = {"type": "resource", "kind": "image/png", "url": "", "offset": 0, "length": 1}
    record |= {"sha256": artifacts.put(png)}
    visit = {"indicators": [str(indicator)], "at": at.isoformat(), "records": [record]}
    name = f"{at:%Y/%m/%d}/{hashlib.sha256(str(indicator).encode()).hexdigest()[:8]}"
    with tempfile.NamedTemporaryFile() as empty:
        artifacts.put_bundle(Bundle(name, Path(empty.name), [visit]))


def fill(
    tx: Connection, artifacts: ArtifactStore, *, now: datetime, sites: int = 30
) -> list[Indicator]:
    """Open items for sites and numbers, with evidence, verdicts and reports; returns the sites."""
    found = [site(n) for n in range(sites)]
    family = found[:6]
    categories = [
        Category.TASK_REBATE,
        Category.FAKE_INVESTMENT,
        Category.GAMBLING,
        Category.FAKE_LOAN,
    ]
    items, facts, opinions, said = [], [], [], []
    for n, indicator in enumerate(found):
        at = now - timedelta(hours=n + 1)
        category = categories[n % 4]
        facts += site_facts(indicator, at, family=family if indicator in family else ())
        opinion = verdict(indicator, 0.45 + 0.5 * ((n * 37) % 100) / 100, at, category)
        opinions.append(opinion)
        said += [
            report(indicator, "npa165" if n % 3 == 0 else "app", k, at, category)
            for k in range(1 + n % 4)
        ]
        because = (
            why("below", probability="0.871", threshold="0.95")
            if n % 2
            else why("uncorroborated", who=why("one"), voices=2)
        )
        target = Indicator(Kind.HOST, indicator.value)
        items.append(
            ReviewItem(indicator, target, opinion.id, because, round(2.9 - n * 0.05, 3), at)
        )
    facts.append(observe(found[0], "page.rendered", True, now))
    hang(artifacts, found[0], picture(), now)
    for n in range(8):
        number = Indicator(Kind.NUMBER, f"+86101234{5600 + n}")
        wild = n < 2
        facts += call_facts(number, now, calls=420 if wild else 6 + n, night=0.6 if wild else 0.03)
        opinion = verdict(number, 0.82 if wild else 0.05, now, Category.IMPERSONATING_POLICE)
        opinions.append(opinion)
        if wild:
            items.append(
                ReviewItem(number, number, opinion.id, why("not-sure"), 1.31 - n * 0.1, now)
            )
    add_observations(tx, facts)
    add_verdicts(tx, opinions)
    add_reports(tx, said, at=now)
    open_items(tx, items)
    return found
