"""Campaigns: what hangs together, by what, and what a confirmed member does to the others."""

from itertools import combinations
from typing import Any

import pytest

from classifiers.domains.families import COMMON, families, raised
from pipeline.nouns import Evidence, Indicator, Kind
from tests.classifiers.domains.conftest import NOW

TAGS = {"div": 60, "p": 20}


def site(host: str, **facts: Any) -> Evidence:
    return Evidence(Indicator(Kind.HOST, host), NOW, facts)


def page(**fields: Any) -> dict[str, Any]:
    return {"tag_counts": TAGS, "text_length": 900, **fields}


def test_one_template_is_one_family() -> None:
    a, b = (site(h, page=page(dom_hash="aa11")) for h in ("a.example", "b.example"))
    other = site("c.example", page=page(dom_hash="bb22"))
    [family] = families([a, b, other])
    assert family.members == (a.indicator, b.indicator)
    assert family.by == ("dom",)


def test_near_texts_are_one_family_and_far_ones_are_not() -> None:
    a = site("a.example", page=page(text_simhash=f"{0xF0F0F0F0F0F0F0F0:016x}"))
    near = site("b.example", page=page(text_simhash=f"{0xF0F0F0F0F0F0F0F3:016x}"))
    far = site("c.example", page=page(text_simhash=f"{0x0F0FF0F0F0F00F0F:016x}"))
    [family] = families([a, near, far])
    assert set(family.members) == {a.indicator, near.indicator}


def test_one_shared_address_is_chance_but_with_name_servers_it_is_a_link() -> None:
    dns = {"a": ["203.0.113.7"], "ns": ["ns1.x.example", "ns2.x.example"]}
    a, b = site("a.example", dns=dns), site("b.example", dns=dns)
    assert families([a, site("b.example", dns={"a": dns["a"]})]) == []
    [family] = families([a, b])
    assert family.by == ("address", "ns")


def test_a_shared_wallet_or_contact_is_enough() -> None:
    a = site("a.example", page=page(contacts={"telegram": ["svc_88"], "wallets": []}))
    b = site("b.example", page=page(contacts={"telegram": ["svc_88"], "wallets": []}))
    assert families([a, b])[0].by == ("contact",)


def test_what_everybody_shares_links_nobody() -> None:
    crowd = [site(f"s{i}.example", page=page(favicon={"hash": "1"})) for i in range(80)]
    assert families(crowd) == []


def test_short_pages_share_their_emptiness_with_strangers() -> None:
    a, b = (
        site(h, page={"tag_counts": {"p": 2}, "dom_hash": "x", "text_simhash": "0" * 16})
        for h in ("a.example", "b.example")
    )
    assert families([a, b]) == []


def test_a_confirmed_member_raises_the_others_and_names_the_link() -> None:
    a, b, c = (site(h, page=page(dom_hash="aa")) for h in ("a.example", "b.example", "c.example"))
    found = raised(families([a, b, c]), {a.indicator}, {c.indicator})
    assert [r.indicator for r in found] == [b.indicator]
    assert "a.example" in str(found[0].why)
    assert "dom" in str(found[0].why)
    assert found[0].link == {"indicator": "host:a.example", "by": "dom", "confirmed": True}


def test_each_is_told_what_it_shares_itself_and_with_whom() -> None:
    a = site("a.example", page=page(contacts={"wallets": ["w1"]}))
    b = site("b.example", page=page(contacts={"wallets": ["w1"]}, favicon={"hash": "9"}))
    c = site("c.example", page=page(favicon={"hash": "9"}))
    to_b, to_c = raised(families([a, b, c]), {a.indicator})
    assert (to_b.confirmed, to_b.neighbour, to_b.by) == (a.indicator, a.indicator, ("wallet",))
    assert (to_c.confirmed, to_c.neighbour, to_c.by) == (a.indicator, b.indicator, ("favicon",))
    assert str(to_c.why) == (
        "tied to a.example, confirmed as fraud, through b.example: shares favicon with it"
    )
    assert to_c.link == {"indicator": "host:b.example", "by": "favicon"}


def test_the_nearest_confirmed_one_is_named() -> None:
    chain = [
        site(f"s{n}.example", page=page(contacts={"wallets": [f"w{n}", f"w{n + 1}"]}))
        for n in range(4)
    ]
    ends = {chain[0].indicator, chain[3].indicator}
    assert [r.confirmed for r in raised(families(chain), ends)] == [
        chain[0].indicator,
        chain[3].indicator,
    ]


@pytest.mark.parametrize(
    "mark",
    [{"dom_hash": "aa"}, {"text_simhash": "f0" * 8}, {"contacts": {"wallets": ["w"]}}],
    ids=["dom", "text", "wallet"],
)
def test_a_campaign_may_be_as_large_as_it_likes(mark: dict[str, Any]) -> None:
    clones = [site(f"s{n:03d}.example", page=page(**mark)) for n in range(COMMON * 3)]
    sure = {clones[7].indicator, clones[70].indicator}
    assert families(clones) == []
    found = raised(families(clones, sure), sure)
    assert len(found) == len(clones) - 2
    assert {r.confirmed for r in found} == {clones[7].indicator}


def test_so_may_one_whose_texts_are_only_near() -> None:
    same = 0xF0F0F0F0F0F0F0F0
    first = site("a.example", page=page(text_simhash=f"{same:016x}"))
    clones = [
        site(f"s{n:03d}.example", page=page(text_simhash=f"{same ^ 3:016x}"))
        for n in range(COMMON * 3)
    ]
    varied = [
        site(f"v{n:03d}.example", page=page(text_simhash=f"{same ^ (1 << a) ^ (1 << b):016x}"))
        for n, (a, b) in enumerate(combinations(range(12), 2))
    ]
    sure = {first.indicator}
    found = raised(families([first, *clones, *varied], sure), sure)
    assert len(found) == len(clones) + len(varied)
    assert {r.by for r in found} == {("text",)}


def test_an_icon_that_a_crowd_shares_leads_nowhere_though_one_of_them_is_fraud() -> None:
    crowd = [site(f"s{i}.example", page=page(favicon={"hash": "1"})) for i in range(80)]
    assert families(crowd, {crowd[0].indicator}) == []
