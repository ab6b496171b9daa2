"""What can never be listed: names, platforms, numbers and addresses, and lists read from others."""

import json
from pathlib import Path

import pytest

from pipeline import protected
from pipeline.errors import FanzhaError
from pipeline.indicators import parse
from pipeline.nouns import Indicator, Kind
from pipeline.settings import CrawlSettings, ProtectedSettings, Settings


def guard(tmp_path: Path, **chosen: object) -> protected.Protected:
    return protected.load(
        Settings(home=tmp_path, protected=ProtectedSettings.model_validate(chosen))
    )


def rule(guard: protected.Protected, kind: Kind, value: str) -> str | None:
    refusal = guard.refusal(Indicator(kind, value))
    return refusal.rule if refusal else None


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        # A protected name, what is below it, what is above it, and what only looks like it.
        (Kind.DOMAIN, "icbc.com.cn", "protected"),
        (Kind.HOST, "www.icbc.com.cn", "protected"),
        (Kind.URL, "https://www.icbc.com.cn/login", "protected"),
        (Kind.DOMAIN, "anything.gov.cn", "protected"),
        (Kind.HOST, "www.beijing.gov.cn", "protected"),
        (Kind.DOMAIN, "icbc.com.cn.login.example", None),
        (Kind.DOMAIN, "xicbc.com.cn", None),
        (Kind.DOMAIN, "weixin.qq.com", "protected"),
        # Public suffixes of both sections, and a name that has suffixes below it.
        (Kind.DOMAIN, "com", "public-suffix"),
        (Kind.DOMAIN, "com.cn", "public-suffix"),
        (Kind.HOST, "co.uk", "public-suffix"),
        (Kind.DOMAIN, "pages.dev", "public-suffix"),
        (Kind.HOST, "github.io", "public-suffix"),
        (Kind.DOMAIN, "s3.amazonaws.com", "public-suffix"),
        (Kind.URL, "https://pages.dev/", "public-suffix"),
        # A tenant of a platform, by host and by path.
        (Kind.DOMAIN, "evil.pages.dev", None),
        (Kind.HOST, "evil.s3.amazonaws.com", None),
        (Kind.HOST, "shop.kuaizhan.com", None),
        (Kind.DOMAIN, "kuaizhan.com", "platform"),
        (Kind.HOST, "www.kuaizhan.com", "platform"),
        (Kind.URL, "https://kuaizhan.com/", "platform"),
        (Kind.HOST, "docs.google.com", "platform"),
        (Kind.DOMAIN, "google.com", "protected"),
        (Kind.URL, "https://docs.google.com/forms/d/abc", None),
        (Kind.URL, "https://docs.google.com/", "platform"),
        # The front page by another address is the front page.
        (Kind.URL, "https://docs.google.com//", "platform"),
        (Kind.URL, "https://docs.google.com/?from=sms", "platform"),
        (Kind.URL, "https://docs.google.com/index.html", "platform"),
        (Kind.URL, "https://docs.google.com/Index.HTML?x", "platform"),
        (Kind.URL, "https://docs.google.com/forms/?x", None),
        (Kind.URL, "https://accounts.google.com/forms/d/abc", "protected"),
        # Numbers.
        (Kind.NUMBER, "110", "number"),
        (Kind.NUMBER, "96110", "number"),
        (Kind.NUMBER, "95588", "number"),
        (Kind.NUMBER, "10086", "number"),
        (Kind.NUMBER, "12345", "number"),
        (Kind.NUMBER, "057196110", "number"),
        (Kind.NUMBER, "057112345", "number"),
        (Kind.NUMBER, "01095588", "number"),
        (Kind.NUMBER, "021110", "number"),
        (Kind.NUMBER, "+864008205555", "number"),
        (Kind.NUMBER, "95013812345", None),
        (Kind.NUMBER, "+8613800138001", None),
        # Addresses.
        (Kind.HOST, "127.0.0.1", "address"),
        (Kind.URL, "http://10.1.2.3/a", "address"),
        (Kind.HOST, "104.16.1.1", "address"),
        (Kind.URL, "http://104.16.1.1/a", None),
        (Kind.HOST, "45.33.32.156", None),
    ],
)
def test_what_is_refused(tmp_path: Path, kind: Kind, value: str, expected: str | None) -> None:
    assert rule(guard(tmp_path), kind, value) == expected


def test_a_domain_above_a_protected_name_is_refused_and_its_host_is_not(tmp_path: Path) -> None:
    there = guard(tmp_path, names=("pay.shop.example",))

    assert rule(there, Kind.DOMAIN, "shop.example") == "covers-protected"
    assert rule(there, Kind.HOST, "shop.example") is None
    assert rule(there, Kind.DOMAIN, "other.shop.example") is None


def test_settings_name_platforms(tmp_path: Path) -> None:
    there = guard(tmp_path, platforms=("rent.example",), path_platforms=("paste.example",))

    assert rule(there, Kind.DOMAIN, "rent.example") == "platform"
    assert rule(there, Kind.HOST, "tenant.rent.example") is None
    assert rule(there, Kind.HOST, "www.paste.example") == "platform"
    assert rule(there, Kind.URL, "https://paste.example/p/1") is None
    shared = {h: there.is_shared(h) for h in ("tenant.rent.example", "paste.example", "a.example")}
    assert shared == {"tenant.rent.example": True, "paste.example": True, "a.example": False}
    assert there.is_shared("evil.pages.dev")


def test_a_refusal_says_why_in_both_languages(tmp_path: Path) -> None:
    refusal = guard(tmp_path).refusal(Indicator(Kind.NUMBER, "96110"))

    assert refusal == protected.Refusal(
        "number", "96110:反诈与举报热线", "96110: anti-fraud and complaint hotline"
    )


def test_a_warninglist_a_rank_file_and_the_analysts_file(tmp_path: Path) -> None:
    hosts = tmp_path / "newspapers.json"
    hosts.write_text(
        json.dumps(
            {
                "name": "Newspapers",
                "type": "hostname",
                "matching_attributes": ["domain"],
                "list": [".daily.example", "Weekly.Example"],
            }
        )
    )
    cidr = tmp_path / "cdn.json"
    cidr.write_text(json.dumps({"name": "A CDN", "type": "cidr", "list": ["45.33.0.0/16"]}))
    rank = tmp_path / "rank.csv"
    rank.write_text("1,first.example\n2,second.example\n9,ninth.example\n")
    (tmp_path / "protected.toml").write_text(
        '[[names]]\nkind = "local"\nzh = "本市"\nen = "our town"\nnames = ["town.example"]\n'
    )
    there = guard(tmp_path, files=(hosts, cidr, rank), rank_limit=2)

    assert rule(there, Kind.HOST, "www.daily.example") == "protected"
    assert rule(there, Kind.DOMAIN, "weekly.example") == "protected"
    assert rule(there, Kind.URL, "https://weekly.example/hacked/page") is None
    assert rule(there, Kind.HOST, "45.33.32.156") == "address"
    assert rule(there, Kind.DOMAIN, "second.example") == "protected"
    assert rule(there, Kind.DOMAIN, "ninth.example") is None
    assert rule(there, Kind.URL, "https://town.example/a") == "protected"
    assert there.version != guard(tmp_path).version


def test_ranks_are_told_beyond_those_that_protect(tmp_path: Path) -> None:
    ranks = tmp_path / "ranks.csv"
    ranks.write_text("1,first.example\n900000,Far.example.\n12,pages.dev\n", "utf-8")
    made = guard(tmp_path, files=[str(ranks)], rank_limit=10)
    assert made.rank("first.example") == 1
    assert made.rank("shop.far.example") == 900_000
    assert made.rank("elsewhere.example") is None
    assert made.rank("tenant.pages.dev") is None
    assert made.rank("192.0.2.1") is None
    assert rule(made, Kind.DOMAIN, "far.example") is None
    assert rule(made, Kind.DOMAIN, "first.example") == "protected"


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.csv", "<html>not found</html>", "line 1: expected `rank,domain`"),
        ("a.json", "[]", "should be a MISP warninglist"),
        ("a.json", '{"name": "x", "type": "regex", "list": []}', "is of type 'regex'"),
        (
            "a.json",
            '{"name": "x", "type": "hostname", "list": []}',
            "lists nothing; fetch it again",
        ),
        ("a.csv", "", "is empty; expected `rank,domain` lines"),
        ("a.toml", "[[names]]\nkind = 'x'\n", "is not as docs/lists.md describes"),
        ("a.txt", "a.example", "should be .toml"),
    ],
)
def test_a_bad_list_says_what_to_do(tmp_path: Path, name: str, text: str, says: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(FanzhaError, match=says):
        guard(tmp_path, files=(tmp_path / name,))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "1,银行.example\n2,BÜCHER.example.\n"),
        (
            "a.json",
            '{"name": "x", "type": "hostname", "list": ["银行.example", "Bücher.Example"]}',
        ),
        (
            "a.toml",
            "[[names]]\nkind = 'x'\nzh = '本市'\nen = 'ours'\nnames = ['银行.example', 'Bücher.example']\n",
        ),
    ],
)
def test_names_in_any_script_protect_what_lists_call_them(
    tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    there = guard(tmp_path, files=(tmp_path / name,), names=("反诈。example",))
    for written in ("银行.example", "bücher.example", "反诈.example"):
        assert there.refusal(parse(written)) is not None, written
    (tmp_path / name).write_text(text.replace("银行", "银 行"), "utf-8")
    with pytest.raises(FanzhaError, match="expected a domain name, got '银 行\\.example'"):
        guard(tmp_path, files=(tmp_path / name,))


def test_a_practice_range_opens_its_networks(tmp_path: Path) -> None:
    there = protected.load(
        Settings(home=tmp_path, crawl=CrawlSettings(allow_networks=("127.0.0.0/8",)))
    )
    assert there.refusal(Indicator(Kind.HOST, "127.0.0.1")) is None
    assert there.refusal(Indicator(Kind.HOST, "10.0.0.1")) is not None
