"""Decisions → entries: guard, dedup, collapse, exceptions, order."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocklists.build import Built, build
from pipeline import protected
from pipeline.indicators import host_of
from pipeline.nouns import Action, Decision, Indicator, Kind
from pipeline.settings import Settings
from tests.blocklists.decided import NOW, allow, block

GUARD = protected.load(Settings(home=Path("/nonexistent")))


def made(*decisions: Decision) -> Built:
    return build(decisions, protected=GUARD, at=NOW)


def listed(*decisions: Decision) -> list[str]:
    return [str(entry.indicator) for entry in made(*decisions).entries]


def test_an_entry_keeps_its_scope_category_times_and_decision() -> None:
    decision = block("host:shop.evil.example")
    (entry,) = made(decision).entries

    assert entry.indicator == decision.indicator
    assert entry.category == decision.category
    assert (entry.listed_at, entry.expires_at) == (decision.decided_at, decision.expires_at)
    assert entry.decision == decision.id


@pytest.mark.parametrize(
    "key",
    ["domain:http://evil.example/x", "host:evil.example:80", "domain:192.0.2.7", "host:192.0.2.07",
     "host:2001:DB8::7", "host:Evil.example", "domain:evil.example.", "url:foo"],
)  # fmt: skip
def test_what_is_not_canonical_reaches_no_list(key: str) -> None:
    (refused,) = made(block(key), block("host:203.0.114.7"), block("host:2a00:db8::7")).refused
    assert (str(refused.indicator), refused.refusal.rule) == (key, "malformed")
    assert listed(block(key)) == []


def test_what_a_domain_covers_collapses_under_it() -> None:
    decisions = [
        block("domain:evil.example"),
        block("domain:deep.a.evil.example"),
        block("host:evil.example"),
        block("host:www.evil.example"),
        block("url:https://www.evil.example/pay"),
        block("host:notevil.example"),
        block("host:evil.example.org"),
    ]
    assert listed(*decisions) == [
        "domain:evil.example",
        "host:notevil.example",
        "host:evil.example.org",
    ]
    covered = made(*decisions).lists.covered["value"].to_pylist()
    assert covered == [b"deep.a.evil.example", b"www.evil.example"]


def test_a_host_covers_its_pages_and_nothing_below_it() -> None:
    assert listed(
        block("host:evil.example"),
        block("url:http://evil.example/a"),
        block("url:http://evil.example:8080/b?c"),
        block("url:http://www.evil.example/a"),
        block("host:a.evil.example"),
    ) == ["host:evil.example", "host:a.evil.example", "url:http://www.evil.example/a"]


def test_the_order_is_canonical() -> None:
    assert listed(
        block("number:+8613800000002"),
        block("host:b.example"),
        block("domain:a-b.example"),
        block("url:https://z.example/1"),
        block("host:a.a.example"),
        block("host:45.33.32.156"),
        block("number:+8613800000001"),
    ) == [
        "host:a.a.example",
        "domain:a-b.example",
        "host:b.example",
        "host:45.33.32.156",
        "url:https://z.example/1",
        "number:+8613800000001",
        "number:+8613800000002",
    ]


def test_a_live_allow_spares_what_it_covers() -> None:
    assert listed(
        block("domain:evil.example"),
        block("host:good.example"),
        block("url:https://www.good.example/page"),
        allow("domain:good.example"),
        block("number:+8613800000001"),
        allow("number:+8613800000001"),
        block("url:https://45.33.32.156/a"),
        allow("host:45.33.32.156"),
    ) == ["domain:evil.example"]


def test_an_allow_below_a_listed_domain_is_an_exception() -> None:
    built = made(
        block("domain:evil.example"),
        allow("host:good.evil.example"),
        allow("host:www.good.evil.example"),
        allow("domain:elsewhere.example"),
        allow("url:https://page.evil.example/about"),
        block("url:https://page.evil.example/fraud"),
    )
    assert [str(e.indicator) for e in built.entries] == [
        "domain:evil.example",
        "url:https://page.evil.example/fraud",
    ]
    assert built.lists.exceptions == ("good.evil.example", "page.evil.example")


def test_without_exceptions_a_domain_that_has_one_is_its_apex_and_what_was_decided_below() -> None:
    lists = made(
        block("domain:evil.example"),
        block("host:www.evil.example"),
        block("domain:deep.evil.example"),
        block("host:a.deep.evil.example"),
        block("url:https://shop.evil.example/pay"),
        allow("host:good.evil.example"),
        block("domain:other.example"),
        block("host:www.other.example"),
    ).lists
    rows = lists.plain.select(["kind", "value"]).to_pylist()
    assert [(row["kind"], row["value"].decode()) for row in rows] == [
        ("host", "evil.example"),
        ("domain", "deep.evil.example"),
        ("host", "www.evil.example"),
        ("domain", "other.example"),
    ]
    assert lists.urls["value"].to_pylist() == [b"https://shop.evil.example/pay"]


def test_an_allowed_page_spares_its_host_and_no_other_page() -> None:
    assert listed(
        block("host:mixed.example"),
        block("url:https://mixed.example/fraud"),
        block("url:https://mixed.example/about"),
        block("url:https://mixed.example/about/more"),
        allow("url:https://mixed.example/about"),
    ) == ["url:https://mixed.example/about/more", "url:https://mixed.example/fraud"]


@pytest.mark.parametrize(
    "poison",
    [
        "domain:com",
        "domain:com.cn",
        "domain:*.com",
        "domain:pages.dev",
        "host:github.io",
        "domain:icbc.com.cn",
        "domain:gov.cn",
        "domain:kuaizhan.com",
        "host:",
        "host:<html>",
        "domain:a.example\nb.example",
        "url:https://a.example/\nhttps://b.example/",
        "number:110",
        "number:96110",
        "number:1' OR 1",
        "host:127.0.0.1",
        "host:" + ".".join(["a" * 60] * 5),
    ],
)
def test_poison_is_refused_visibly_and_swallows_nothing(poison: str) -> None:
    others = [
        block("domain:evil.com"),
        block("host:evil.com.cn"),
        block("host:tenant.pages.dev"),
        block("host:tenant.kuaizhan.com"),
        block("number:+8613800000001"),
    ]
    built = made(block(poison), *others)

    assert {e.indicator for e in built.entries} == {d.indicator for d in others}
    (refused,) = built.refused
    assert str(refused.indicator) == poison
    assert refused.refusal.rule
    assert refused.refusal.reason_zh


def test_what_has_expired_is_not_listed() -> None:
    assert listed(block("host:old.example", days=0), block("host:ever.example", days=None)) == [
        "host:ever.example"
    ]


def test_no_decisions_make_empty_lists() -> None:
    assert made().entries == []


label = st.sampled_from(["a", "b", "c-d", "x1"])
host = st.lists(label, min_size=1, max_size=3).map(lambda labels: ".".join(labels) + ".example")
site = st.one_of(
    st.tuples(st.sampled_from([Kind.HOST, Kind.DOMAIN]), host),
    st.tuples(st.just(Kind.URL), host.map(lambda h: f"https://{h}/p")),
    st.tuples(st.just(Kind.NUMBER), st.integers(10**9, 10**9 + 5).map(lambda n: f"+861{n}")),
)


def covers(a: Indicator, b: Indicator) -> bool:
    """The definition: does listing `a` block what `b` is?"""
    there, name = host_of(b), host_of(a)
    if a.kind is Kind.DOMAIN and there is not None and name is not None:
        return there == name or there.endswith("." + name)
    return a == b or (a.kind is Kind.HOST and b.kind is Kind.URL and there == name)


@given(st.dictionaries(site, st.booleans(), max_size=25), st.integers())
def test_nothing_is_lost_and_nothing_is_said_twice(
    chosen: dict[tuple[Kind, str], bool], seed: int
) -> None:
    decisions = [block(f"{k.value}:{v}") for (k, v), blocked in chosen.items() if blocked]
    entries = [e.indicator for e in made(*decisions).entries]

    for decision in decisions:
        assert any(covers(entry, decision.indicator) for entry in entries)
    for entry in entries:
        assert not any(covers(other, entry) for other in entries if other != entry)
    random.Random(seed).shuffle(decisions)
    assert [e.indicator for e in made(*decisions).entries] == entries


@given(st.dictionaries(site, st.sampled_from([Action.BLOCK, Action.ALLOW]), max_size=25))
def test_an_allowed_thing_is_never_listed(chosen: dict[tuple[Kind, str], Action]) -> None:
    keys = {f"{kind.value}:{value}": action for (kind, value), action in chosen.items()}
    built = made(*[block(k) if a is Action.BLOCK else allow(k) for k, a in keys.items()])
    spared = [Indicator.from_key(k) for k, a in keys.items() if a is Action.ALLOW]

    for entry in built.entries:
        assert entry.indicator not in spared
    # What a listed domain covers all the same is an exception to it.
    for thing in spared:
        if any(covers(e.indicator, thing) and e.scope is Kind.DOMAIN for e in built.entries):
            name = host_of(thing)
            assert name is not None
            assert any(f".{name}".endswith(f".{e}") for e in built.lists.exceptions)


@given(st.dictionaries(site, st.sampled_from([Action.BLOCK, Action.ALLOW]), max_size=25))
def test_nothing_allowed_is_blocked_by_a_format_without_exceptions(
    chosen: dict[tuple[Kind, str], Action],
) -> None:
    keys = {f"{kind.value}:{value}": action for (kind, value), action in chosen.items()}
    lists = made(*[block(k) if a is Action.BLOCK else allow(k) for k, a in keys.items()]).lists
    plain = [
        Indicator(Kind(row["kind"]), row["value"].decode())
        for row in lists.plain.select(["kind", "value"]).to_pylist()
    ]
    for key in (k for k, a in keys.items() if a is Action.ALLOW):
        name = host_of(Indicator.from_key(key))
        if name is not None:
            assert not any(covers(entry, Indicator(Kind.HOST, name)) for entry in plain)
            assert name not in {entry.value for entry in plain}
