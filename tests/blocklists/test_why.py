"""Why is it listed? Asked of real releases, small and large."""

import json
import random
from datetime import timedelta
from pathlib import Path

import pytest

from blocklists.why import Explanation, PublicReason, explain, find_line, find_reasons, place
from pipeline.appeal_code import appeal_code
from pipeline.categories import Category
from pipeline.indicators import parse
from pipeline.nouns import Indicator, Kind
from tests.blocklists.decided import NOW, allow, block
from tests.blocklists.published import Published

DECISIONS = (
    block("domain:evil.example"),
    block("host:shop.fraud.example", category=Category.FAKE_SHOPPING),
    block("url:https://shared.example/~fraud/"),
    block("url:https://45.33.32.157/pay"),
    block("host:45.33.32.156"),
    block("number:+8613800000001", days=None),
    allow("host:good.evil.example"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Published(tmp_path_factory.mktemp("home")).publish(*DECISIONS)


def ask(folder: Path, text: str) -> Explanation:
    return explain(folder, parse(text), serial=int(folder.name), at=NOW)


@pytest.mark.parametrize(
    ("text", "scope", "value"),
    [
        ("evil.example", Kind.DOMAIN, "evil.example"),
        ("WWW.Evil.Example", Kind.DOMAIN, "evil.example"),
        ("https://a.b.evil.example/x?y=1", Kind.DOMAIN, "evil.example"),
        ("shop.fraud.example", Kind.HOST, "shop.fraud.example"),
        ("https://shop.fraud.example/cart", Kind.HOST, "shop.fraud.example"),
        ("https://shared.example/~fraud/", Kind.URL, "https://shared.example/~fraud/"),
        ("45.33.32.156", Kind.HOST, "45.33.32.156"),
        ("http://45.33.32.156/any", Kind.HOST, "45.33.32.156"),
        ("https://45.33.32.157/pay", Kind.URL, "https://45.33.32.157/pay"),
        ("138 0000 0001", Kind.NUMBER, "+8613800000001"),
    ],
)
def test_what_is_listed_is_found_with_its_scope(
    folder: Path, text: str, scope: Kind, value: str
) -> None:
    listing = ask(folder, text).listing
    assert listing is not None
    assert listing.indicator == Indicator(scope, value)


@pytest.mark.parametrize(
    "text",
    [
        "evil.example.com",
        "notevil.example",
        "fraud.example",
        "www.shop.fraud.example",
        "shared.example",
        "https://shared.example/",
        "good.evil.example",
        "very.good.evil.example",
        "45.33.32.157",
        "13800000002",
    ],
)
def test_what_is_not_listed_or_spared_is_not(folder: Path, text: str) -> None:
    assert ask(folder, text).listing is None


def test_a_listing_says_since_when_as_what_and_how_to_appeal(folder: Path) -> None:
    value = ask(folder, "shop.fraud.example").as_json()
    decision = DECISIONS[1]
    assert value["listed"] is True
    assert value["release"] == {"serial": 1, "at": NOW.isoformat()}
    entry = value["entry"]
    assert entry["scope"] == "host"
    assert entry["category"] == {
        "id": "fake-shopping",
        "zh": "虚假购物服务",
        "en": "fake shopping or service",
    }
    assert entry["appeal_code"] == appeal_code(decision.id)
    assert entry["listed_at"].startswith("2026-11-21T11:00:00")
    assert entry["expires_at"].startswith("2026-12-21T12:00:00")
    assert json.dumps(value)


def test_reasons_are_found_by_the_decision(tmp_path: Path) -> None:
    path = tmp_path / "reasons.jsonl"
    ids = [f"{n:064x}" for n in range(1, 400, 2)]
    path.write_text(
        "".join(
            json.dumps({"decision": one, "reasons": [{"id": one, "zh": "返利", "en": "rebate"}]})
            + "\n"
            for one in ids
        )
    )
    assert [find_reasons(path, one) for one in ids] == [
        (PublicReason(one, "返利", "rebate"),) for one in ids
    ]
    assert not any(find_reasons(path, f"{n:064x}") for n in range(0, 402, 2))
    path.write_text("")
    assert find_reasons(path, ids[0]) == find_reasons(tmp_path / "absent", ids[0]) == ()


def test_between_two_full_writes_hot_has_the_last_word(tmp_path: Path) -> None:
    published = Published(tmp_path, small=0)
    first = (
        block("domain:evil.example"),
        block("host:lifted.example"),
        block("domain:gone.example"),
        block("number:+8613800000002"),
        block("url:https://shared.example/~gone/"),
    )
    published.publish(*first)
    fresh_number = block("number:+8613800000003")
    folder = published.publish(
        first[0],
        block("domain:fresh.example"),
        block("url:https://shared.example/~fresh/"),
        fresh_number,
        at=NOW + timedelta(minutes=5),
    )
    assert "fresh" not in (folder / "entries.jsonl").read_text()
    fresh = ask(folder, "www.fresh.example").listing
    assert fresh is not None
    assert fresh.indicator == Indicator(Kind.DOMAIN, "fresh.example")
    number = ask(folder, "138 0000 0003").listing
    assert number is not None
    assert number.code == appeal_code(fresh_number.id)
    assert ask(folder, "https://shared.example/~fresh/").listing is not None
    assert ask(folder, "https://shared.example/~gone/").listing is None
    assert ask(folder, "138 0000 0002").listing is None
    assert ask(folder, "lifted.example").listing is None
    assert ask(folder, "www.gone.example").listing is None
    assert ask(folder, "evil.example").listing is not None


def test_every_entry_of_a_large_list_is_found_and_nothing_else(tmp_path: Path) -> None:
    chosen = random.Random(7)
    letters = "ab-c0"
    names = {
        ".".join(
            "x" + "".join(chosen.choices(letters, k=3)) + "x" for _ in range(chosen.randint(1, 3))
        )
        for _ in range(600)
    }
    decisions = [block(f"host:{name}.example") for name in sorted(names)]
    decisions += [block(f"url:https://{name}.example/p") for name in sorted(names)[:50]]
    decisions += [block(f"number:+86138{n:08}") for n in range(0, 900, 3)]
    path = Published(tmp_path).publish(*decisions) / "entries.jsonl"
    entries = [json.loads(line) for line in path.read_text().splitlines()]
    places = [place(entry["kind"], entry["value"]) for entry in entries]
    assert places == sorted(places)
    for entry in entries:
        assert find_line(path, Indicator(Kind(entry["kind"]), entry["value"])) == entry
    for absent in (
        "host:nothing.example",
        "host:aaa.example",
        "number:+8613800000001",
        "host:zz.zz",
    ):
        assert find_line(path, Indicator.from_key(absent)) is None


def test_an_empty_list_lists_nothing(tmp_path: Path) -> None:
    assert ask(Published(tmp_path).publish(), "evil.example").listing is None


def test_the_code_is_short_and_that_of_the_decision() -> None:
    assert appeal_code("00" * 32) == "AAAAAAAAAA"
    assert appeal_code("ff" * 32) == "7777777777"
