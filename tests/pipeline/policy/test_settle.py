"""The policy: what a machine may decide by itself, and what it leaves to people."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.categories import Category
from pipeline.errors import FanzhaError
from pipeline.nouns import (
    Action,
    Decision,
    Evidence,
    Indicator,
    Json,
    Kind,
    Label,
    ReportTally,
    Verdict,
)
from pipeline.policy import Keep, Outcome, load_policy, settle
from pipeline.policy.terms import DEFAULT
from pipeline.protected import Protected, load
from pipeline.settings import ProtectedSettings, Settings
from pipeline.store.reviews import ReviewItem
from pipeline.whys import why

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TWO_VOICES = ReportTally(reports=2, reporters=2, weight=2.0, sources=("a", "b"))
POLICY = load_policy()
YOUNG: dict[str, Json] = {"registration": {"registered": "2026-02-20"}}


@pytest.fixture(scope="module")
def protected() -> Protected:
    return load(Settings())


def settled(
    protected: Protected,
    indicator: Indicator,
    *,
    p: float = 0.99,
    label: Label = Label.MALICIOUS,
    tally: ReportTally = TWO_VOICES,
    facts: dict[str, Json] | None = None,
    heads: tuple[Decision, ...] = (),
    now: datetime = NOW,
) -> Outcome:
    evidence = Evidence(indicator, now, facts or {}, tally)
    verdict = Verdict(
        indicator, label, Category.TASK_REBATE, p, (), evidence.digest, "rules@1", now
    )
    chain = {decision.indicator: decision for decision in heads}
    return settle(verdict, evidence, policy=POLICY, protected=protected, head=chain.get, now=now)


def host(name: str) -> Indicator:
    return Indicator(Kind.HOST, name)


def url(text: str) -> Indicator:
    return Indicator(Kind.URL, text)


def test_a_corroborated_fraud_is_blocked_and_expires(protected: Protected) -> None:
    made = settled(protected, host("www.rebate.example"))
    assert isinstance(made, Decision)
    assert made.action is Action.BLOCK
    assert made.indicator == Indicator(Kind.DOMAIN, "rebate.example")
    assert made.actor == "policy:default@2"
    assert made.expires_at == NOW + timedelta(days=30)


@pytest.mark.parametrize(
    ("label", "p", "becomes"),
    [
        (Label.MALICIOUS, 0.6, Decision),
        (Label.UNKNOWN, 0.6, ReviewItem),
        (Label.BENIGN, 0.6, Decision),
        (Label.UNKNOWN, 0.05, Decision),
    ],
)
def test_a_number_is_settled_by_its_model_s_thresholds(
    protected: Protected, label: Label, p: float, becomes: type
) -> None:
    number = Indicator(Kind.NUMBER, "+8613700000001")
    made = settled(protected, number, label=label, p=p)
    assert isinstance(made, becomes)
    if isinstance(made, Decision):
        assert (made.action is Action.BLOCK) == (label is Label.MALICIOUS)


@pytest.mark.parametrize(
    ("label", "becomes"), [(Label.UNKNOWN, Keep), (Label.MALICIOUS, ReviewItem)]
)
def test_a_number_that_a_person_spared_comes_back_only_if_its_calls_say_fraud(
    protected: Protected, label: Label, becomes: type
) -> None:
    number = Indicator(Kind.NUMBER, "+8613700000001")
    spared = Decision(number, Action.DISMISS, None, "an office", "analyst:li", NOW)
    made = settled(protected, number, label=label, p=0.6, heads=(spared,))
    assert isinstance(made, becomes)


@pytest.mark.parametrize(
    ("tally", "blocks"),
    [
        (ReportTally(reports=500, reporters=1, weight=1.0, sources=("crowd",)), False),
        (ReportTally(reports=1, reporters=1, sources=("96110",), trusted=("96110",)), True),
        (TWO_VOICES, True),
        (replace(TWO_VOICES, weight=1.2), False),
    ],
)
def test_a_crowd_of_one_source_is_one_voice(
    protected: Protected, tally: ReportTally, blocks: bool
) -> None:
    made = settled(protected, host("rebate.example"), tally=tally)
    assert isinstance(made, Decision if blocks else ReviewItem)


@pytest.mark.parametrize(
    ("subject", "label", "facts", "target"),
    [
        (url("http://rebate.example/vip/1"), Label.MALICIOUS, YOUNG, "domain:rebate.example"),
        (
            url("http://rebate.example/vip/1"),
            Label.MALICIOUS,
            {},
            "url:http://rebate.example/vip/1",
        ),
        (url("http://rebate.example/?from=sms"), Label.MALICIOUS, YOUNG, "domain:rebate.example"),
        (host("pay.rebate.example"), Label.MALICIOUS, {}, "host:pay.rebate.example"),
        (host("203.0.113.9"), Label.MALICIOUS, {}, "host:203.0.113.9"),
        (host("shop.pages.dev"), Label.MALICIOUS, {}, "host:shop.pages.dev"),
        (
            url("http://school.example/x/bet"),
            Label.COMPROMISED,
            {},
            "url:http://school.example/x/bet",
        ),
        (
            url("http://short.example/ab1"),
            Label.MALICIOUS,
            {"http.final_url": "http://rebate.example/"},
            "url:http://short.example/ab1",
        ),
        (
            host("lure.example"),
            Label.MALICIOUS,
            {"http.final_url": "http://rebate.example/"},
            "host:lure.example",
        ),
    ],
)
def test_the_scope_is_the_narrowest_that_the_evidence_supports(
    protected: Protected, subject: Indicator, label: Label, facts: dict[str, Json], target: str
) -> None:
    made = settled(protected, subject, label=label, facts=facts)
    assert isinstance(made, Decision | ReviewItem)
    found = made.indicator if isinstance(made, Decision) else made.target
    assert str(found) == target


@pytest.mark.parametrize(("complainers", "blocks"), [(None, False), (1.0, False), (2.0, True)])
def test_complaints_to_the_carrier_corroborate_a_number(
    protected: Protected, complainers: float | None, blocks: bool
) -> None:
    made = settled(
        protected,
        Indicator(Kind.NUMBER, "+8617000000088"),
        tally=ReportTally(),
        facts={"calls": {"features": {"complaint_reporters": complainers}}},
    )
    assert isinstance(made, Decision if blocks else ReviewItem)


def test_of_a_site_that_was_broken_into_a_machine_lists_one_inner_page_at_most(
    protected: Protected,
) -> None:
    inner = settled(protected, url("http://school.example/x/bet"), label=Label.COMPROMISED)
    front = settled(protected, url("http://school.example/"), label=Label.COMPROMISED)
    assert isinstance(inner, Decision)
    assert inner.scope is Kind.URL
    assert isinstance(front, ReviewItem)


def test_the_age_of_a_platform_says_nothing_of_its_tenant(protected: Protected) -> None:
    facts = {"registration": {"registered": "2009-05-01"}}
    assert isinstance(settled(protected, host("shop.pages.dev"), facts=facts), Decision)


@pytest.mark.parametrize("name", ["pages.dev", "gov.cn", "www.beijing.gov.cn"])
def test_what_is_protected_is_never_blocked_by_a_machine(protected: Protected, name: str) -> None:
    made = settled(protected, host(name))
    assert not isinstance(made, Decision)


def test_an_old_registration_goes_to_a_person(protected: Protected) -> None:
    facts = {"registration": {"registered": "2009-05-01"}}
    made = settled(protected, host("rebate.example"), facts=facts)
    assert isinstance(made, ReviewItem)
    assert "2009-05-01" in str(made.why)


def test_a_name_that_many_visit_goes_to_a_person(tmp_path: Path) -> None:
    ranks = tmp_path / "ranks.csv"
    ranks.write_text("7,first.example\n200000,rebate.example\n1000001,last.example\n", "utf-8")
    guard = load(Settings(home=tmp_path, protected=ProtectedSettings(files=(ranks,))))
    made = settled(guard, host("www.rebate.example"))
    assert isinstance(made, ReviewItem)
    assert made.why == why("ranked", rank=200000)
    assert isinstance(settled(guard, host("last.example")), Decision)
    assert isinstance(settled(guard, url("http://rebate.example/x"), facts={}), Decision)
    protected_name = settled(guard, host("first.example"))
    assert isinstance(protected_name, ReviewItem)
    assert protected_name.why.id == "protected"


@pytest.mark.parametrize("p", [0.35, 0.6, 0.949])
def test_the_unsure_goes_to_a_person(protected: Protected, p: float) -> None:
    assert isinstance(settled(protected, host("rebate.example"), p=p), ReviewItem)


def test_the_honest_is_dismissed_and_the_dead_is_watched(protected: Protected) -> None:
    honest = settled(protected, host("shop.example"), p=0.01, label=Label.BENIGN)
    dead = settled(protected, host("gone.example"), p=0.5, label=Label.DEAD)
    assert isinstance(honest, Decision)
    assert isinstance(dead, Decision)
    assert (honest.action, dead.action) == (Action.DISMISS, Action.WATCH)


BLOCK = Decision(
    Indicator(Kind.DOMAIN, "rebate.example"),
    Action.BLOCK,
    Category.TASK_REBATE,
    "x",
    "policy:default@1",
    NOW,
    NOW + timedelta(days=30),
)


def test_a_machine_never_overrules_a_person(protected: Protected) -> None:
    spared = replace(BLOCK, action=Action.ALLOW, actor="analyst:li", expires_at=None)
    made = settled(protected, host("rebate.example"), heads=(spared,))
    assert isinstance(made, ReviewItem)
    assert "analyst:li" in str(made.why)


def test_a_persons_dismissal_of_the_subject_binds_the_machine(protected: Protected) -> None:
    shop = host("shop.example")
    cleared = replace(
        BLOCK, indicator=shop, action=Action.DISMISS, actor="analyst:li", expires_at=None
    )
    made = settled(protected, shop, heads=(cleared,))
    assert isinstance(made, ReviewItem)
    assert "analyst:li" in str(made.why)


@pytest.mark.parametrize("end", ["https://pages.dev/", "https://lure.example/" + "a" * 2100, "x"])
@pytest.mark.parametrize("label", [Label.MALICIOUS, Label.BENIGN, Label.DEAD])
def test_wherever_a_site_leads_the_policy_has_an_answer(
    protected: Protected, end: str, label: Label
) -> None:
    facts = {"http.final_url": end, "http.hops": [{"url": end}]}
    made = settled(protected, host("lure.example"), label=label, p=0.1, facts=facts)
    assert isinstance(made, Decision | Keep)
    assert settled(protected, host("lure.example"), facts=facts)


def test_a_listing_is_prolonged_only_near_its_end(protected: Protected) -> None:
    early = settled(protected, host("rebate.example"), heads=(BLOCK,))
    late = settled(protected, host("rebate.example"), heads=(BLOCK,), now=NOW + timedelta(days=25))
    assert isinstance(early, Keep)
    assert isinstance(late, Decision)
    assert late.supersedes == BLOCK.id


NUMBER = Indicator(Kind.NUMBER, "+8613700000001")
LISTED = replace(BLOCK, indicator=NUMBER)


@pytest.mark.parametrize(
    ("called_on", "renewed"), [("2026-02-27", False), ("2026-03-01", False), ("2026-03-20", True)]
)
def test_a_number_is_not_listed_anew_for_the_calls_it_was_listed_for(
    protected: Protected, called_on: str, renewed: bool
) -> None:
    calls = {"called_on": called_on, "last_day": "2026-03-20", "features": {}}
    for day in (25, 31):
        made = settled(
            protected,
            NUMBER,
            facts={"calls": calls},
            heads=(LISTED,),
            now=NOW + timedelta(days=day),
        )
        assert isinstance(made, Decision if renewed else Keep)


def test_a_listed_number_that_others_show_goes_to_a_person(protected: Protected) -> None:
    facts = {"spoofed": {"window": 30, "day": "2026-03-01", "calls": 4}}
    made = settled(protected, NUMBER, p=0.1, label=Label.UNKNOWN, facts=facts, heads=(LISTED,))
    assert isinstance(made, ReviewItem)
    assert made.why.id == "spoofed"


def test_a_listed_number_whose_own_calls_say_fraud_stays_listed(protected: Protected) -> None:
    facts = {"spoofed": {"window": 30, "day": "2026-03-01", "calls": 1, "own": 60}}
    made = settled(protected, NUMBER, p=0.99, facts=facts, heads=(LISTED,))
    assert isinstance(made, Keep)


def test_a_report_after_a_block_ran_out_goes_to_a_person(protected: Protected) -> None:
    later = NOW + timedelta(days=31)
    told = replace(TWO_VOICES, last_at=NOW + timedelta(days=30))
    calls = {"called_on": "2026-03-01", "features": {}}
    made = settled(
        protected, NUMBER, tally=told, facts={"calls": calls}, heads=(LISTED,), now=later
    )
    assert isinstance(made, ReviewItem)
    assert made.why.id == "reported-anew"


@pytest.mark.parametrize(("complainers", "reports", "blocks"), [(1.0, 1, False), (2.0, 1, True)])
def test_a_complaint_that_comes_both_ways_is_one_voice(
    protected: Protected, complainers: float, reports: int, blocks: bool
) -> None:
    tally = ReportTally(reports=reports, reporters=reports, weight=reports, sources=("12321",))
    facts = {"calls": {"features": {"complaint_reporters": complainers}}}
    made = settled(protected, NUMBER, tally=tally, facts=facts)
    assert isinstance(made, Decision if blocks else ReviewItem)


def test_a_listed_site_that_looks_clean_is_shown_to_a_person(protected: Protected) -> None:
    made = settled(protected, host("rebate.example"), p=0.01, label=Label.BENIGN, heads=(BLOCK,))
    assert isinstance(made, ReviewItem)


def test_a_name_that_changed_hands_leaves_the_list(protected: Protected) -> None:
    facts = {"registration": {"registered": "2026-03-10"}}
    later = NOW + timedelta(days=12)
    made = settled(
        protected,
        host("rebate.example"),
        p=0.1,
        label=Label.UNKNOWN,
        facts=facts,
        heads=(BLOCK,),
        now=later,
    )
    assert isinstance(made, Decision)
    assert (made.action, made.indicator, made.supersedes) == (
        Action.WATCH,
        BLOCK.indicator,
        BLOCK.id,
    )


def test_a_policy_file_names_what_is_wrong_in_it(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(DEFAULT.read_text().replace("review_at = 0.35", "review_at = 0.99"))
    with pytest.raises(FanzhaError, match=r"sites.*review_at must not be above"):
        load_policy(file)


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FANZHA_CONFIG", raising=False)
