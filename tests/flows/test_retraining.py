"""Retraining: analysts' decisions become rows, a challenger must win, kin of confirmed fraud are raised."""

import json
import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from classifiers.domains.corpus import EvidenceRow
from flows.families import find_raised, raise_for_review
from flows.retraining import export_settled, measure_drift, retrain
from flows.shelf import SITES, Shelf
from flows.training_folder import read_folder
from pipeline.categories import Category
from pipeline.errors import FanzhaError
from pipeline.nouns import Action, Decision, Indicator, Kind, Observation, Report, Standing
from pipeline.store import Store
from pipeline.store.decisions import add_decision
from pipeline.store.drift import drift_of
from pipeline.store.observations import add_observations
from pipeline.store.reports import add_reports
from pipeline.store.reviews import waiting
from tests.classifiers.domains.conftest import NOW, evidence
from tests.classifiers.domains.pages import FRAUD
from tests.classifiers.domains.small import small_corpus, small_model


def _block(indicator: Indicator, actor: str) -> Decision:
    return Decision(indicator, Action.BLOCK, Category.GAMBLING, "seen", actor, NOW)


def _keep(store: Store, host: str, html: str, actor: str | None) -> Indicator:
    one = evidence(html, host)
    with store.write() as connection:
        add_observations(
            connection,
            [Observation(one.indicator, p, v, "crawl", NOW, NOW) for p, v in one.facts.items()],
        )
        if actor:
            add_decision(connection, _block(one.indicator, actor))
    return one.indicator


def test_only_what_a_person_decided_is_exported(store: Store, tmp_path: Path) -> None:
    by_person = _keep(store, "a.example", FRAUD["gambling"][1], "analyst:li")
    _keep(store, "b.example", FRAUD["gambling"][1], "policy:sites@1")
    path = tmp_path / "evidence.jsonl.gz"
    standing = Standing(trusted=frozenset({"bank"}))
    with store.write() as connection:
        report = Report("bank", (by_person,), "1", NOW, category=Category.GAMBLING)
        late = Report("rumour", (by_person,), "2", NOW + timedelta(days=2))
        add_reports(connection, [report, late], at=NOW)
        assert export_settled(connection, path, standing=standing) == 1
    [row] = read_folder(tmp_path, tick=lambda _: None).settled
    assert row.evidence.indicator == by_person
    assert row.evidence.at == row.settled == NOW
    assert (row.evidence.tally.sources, row.evidence.tally.trusted) == (("bank",), ("bank",))
    assert row.evidence.tally.categories == (Category.GAMBLING,)
    assert row.label == 1
    assert row.category is Category.GAMBLING


def test_kin_of_confirmed_fraud_are_raised_and_not_blocked(store: Store) -> None:
    html = FRAUD["task-rebate"][1]
    _keep(store, "a.example", html, "analyst:li")
    kin = _keep(store, "b.example", html, None)
    batch = [evidence(html, host) for host in ("a.example", "b.example")]
    with store.write() as connection:
        found = find_raised(connection, batch)
        raise_for_review(connection, found, at=NOW)
        items = waiting(connection)
    assert [r.indicator for r in found] == [kin]
    assert [item.subject for item in items] == [kin]
    assert "a.example" in str(items[0].why)


def test_kin_of_a_site_whose_domain_was_blocked_are_raised_too(store: Store) -> None:
    html = FRAUD["task-rebate"][1]
    seen, kin = _keep(store, "a.example", html, None), _keep(store, "b.example", html, None)
    domain = Indicator(Kind.DOMAIN, "a.example")
    with store.write() as connection:
        add_decision(connection, replace(_block(domain, "analyst:li"), subject=seen))
        batch = [evidence(html, host) for host in ("a.example", "b.example")]
        assert [r.indicator for r in find_raised(connection, batch)] == [kin]


def test_what_was_decided_meanwhile_is_not_raised(store: Store) -> None:
    html = FRAUD["task-rebate"][1]
    _keep(store, "a.example", html, "analyst:li")
    kin = _keep(store, "b.example", html, None)
    with store.write() as connection:
        found = find_raised(
            connection, [evidence(html, host) for host in ("a.example", "b.example")]
        )
        add_decision(connection, _block(kin, "analyst:wang"))
        raise_for_review(connection, found, at=NOW)
        assert waiting(connection) == []


def test_drift_of_a_week_is_measured_and_kept(store: Store) -> None:
    batch = [_of_a_new_kind(1, number).evidence for number in range(30)]
    with store.write() as connection:
        measure_drift(connection, small_model(), batch, at=NOW)
        assert drift_of(connection, "sites@small")[0].rows == len(batch)


_PARCEL = ["parcel held at customs", "pay the release fee", "courier waits for your card"]
_CHOIR = ["the choir rehearses on tuesday", "tickets at the door", "our hall seats ninety"]


def _of_a_new_kind(days_ago: int, number: int) -> EvidenceRow:
    """Pages of one build, told apart only by words that the small corpus never saw."""
    rng = random.Random(number)
    words = " ".join(rng.choices(_PARCEL if number % 2 else _CHOIR, k=9))
    rows = "<li>row</li>" * rng.randrange(9)
    html = f"<html><title>{words[:20]}</title><body><p>{words}.</p><ul>{rows}</ul></body></html>"
    when = NOW - timedelta(days=days_ago)
    return EvidenceRow(evidence(html, f"s{number}.example"), number % 2, None, when)


def test_the_challenger_that_catches_more_judges_and_the_one_that_catches_less_does_not(
    tmp_path: Path,
) -> None:
    shelf = Shelf(tmp_path, SITES)
    shelf.put("small", small_model())
    shelf.promote("small", why="the first", at=NOW)
    newest = [_of_a_new_kind(3, n) for n in range(60)]
    learned = [_of_a_new_kind(60, 100 + n) for n in range(120)]

    taught = replace(small_corpus(), settled=[*learned, *newest])
    won = retrain(shelf, taught, version="taught", weeks=4, seed=3, at=NOW)
    assert (won.fraud, won.honest) == (30, 30)
    assert won.won
    assert won.challenger > won.champion
    assert shelf.current() == "taught"

    untaught = replace(small_corpus(), settled=newest)
    lost = retrain(shelf, untaught, version="untaught", weeks=4, seed=3, at=NOW)
    assert not lost.won
    assert lost.challenger < lost.champion
    assert lost.challenger_alarms == 0
    assert shelf.current() == "taught"
    assert "untaught" in shelf.versions()
    assert shelf.roll_back(at=NOW) == "small"


def test_nothing_to_try_on_is_said(tmp_path: Path) -> None:
    with pytest.raises(FanzhaError, match="settled evidence"):
        retrain(Shelf(tmp_path, SITES), small_corpus(), version="n", weeks=4, seed=1, at=NOW)


def test_pages_that_show_only_a_state_are_no_trial(tmp_path: Path) -> None:
    gone = evidence("<html><title>x</title></html>", "gone.example")
    dead = replace(gone, facts={**gone.facts, "http.state": "dns-nxdomain", "page.state": "dead"})
    corpus = replace(small_corpus(), settled=[EvidenceRow(dead, 1, None, NOW)])
    with pytest.raises(FanzhaError, match="pages with content"):
        retrain(Shelf(tmp_path, SITES), corpus, version="n", weeks=4, seed=1, at=NOW)


def test_a_row_that_misses_a_column_is_named(tmp_path: Path) -> None:
    (tmp_path / "texts.jsonl").write_text(json.dumps({"text": "x"}) + "\n")
    with pytest.raises(FanzhaError, match=r"texts\.jsonl, row 1.*label"):
        read_folder(tmp_path, tick=lambda _: None)


def test_a_folder_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FanzhaError, match=r"zh_text"):
        read_folder(tmp_path, tick=lambda _: None)
