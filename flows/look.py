"""One thing, looked at now: what `fanzha check` shows. It writes nothing to the store."""

import tempfile
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from flows.screen import Screen, styled
from flows.steps import judge
from pipeline.artifacts import ArtifactStore
from pipeline.errors import FanzhaError, NotAnIndicatorError
from pipeline.evidence import assemble
from pipeline.indicators import find, parse, registrable_domain
from pipeline.inert import shown
from pipeline.nouns import Decision, Evidence, Indicator, Kind, ReportTally, Verdict
from pipeline.policy import Keep, Outcome, load_policy, settle
from pipeline.policy.scope import target_of
from pipeline.protected import Refusal
from pipeline.protected import load as load_protected
from pipeline.settings import Settings
from pipeline.store import open_store
from pipeline.store.decisions import head_of
from pipeline.store.tallies import tallies


@dataclass(frozen=True, slots=True)
class Look:
    """What was found about one indicator, and what the policy would make of it."""

    verdict: Verdict
    evidence: Evidence
    target: Indicator
    refusal: Refusal | None
    outcome: Outcome
    live: Decision | None


def look(text: str, *, settings: Settings) -> Look:
    """Crawl (or look up) one indicator and judge it, with the reports the store has of it.

    Raises `FanzhaError` where the text is none, or holds several.
    """
    indicator = the_one_in(text)
    now = settings.now()
    policy, protected = load_policy(settings.policy), load_protected(settings)
    seen = []
    if indicator.kind is not Kind.NUMBER:
        from spiders.crawl import crawl_batch

        with tempfile.TemporaryDirectory(prefix="fanzha-check-") as folder:
            seen = crawl_batch(
                [indicator], settings=settings, artifacts=ArtifactStore(folder), now=now
            )
    store = open_store(settings.database_url)
    try:
        with store.read() as tx:
            heard = tallies(tx, [indicator], standing=settings.intake.standing)
            evidence = assemble(indicator, seen, heard.get(indicator, ReportTally()), at=now)
            (verdict,) = judge([evidence], settings=settings)
            target = target_of(verdict, evidence, protected=protected)
            outcome = settle(
                verdict,
                evidence,
                policy=policy,
                protected=protected,
                head=lambda i: head_of(tx, i),
                now=now,
            )
            live = head_of(tx, target)
    finally:
        store.close()
    return Look(verdict, evidence, target, protected.refusal(target), outcome, live)


def the_one_in(text: str) -> Indicator:
    """The indicator that a text is, or the only one in a sentence.

    Raises `NotAnIndicatorError` where there is none, and `FanzhaError` where there are several.
    """
    try:
        return parse(text)
    except NotAnIndicatorError:
        found = find(text)
        if not found:
            raise
    if len(found) > 1:
        named = ", ".join(shown(indicator) for indicator in found[:_NAMED])
        more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
        raise FanzhaError(f"check looks at one thing, and this holds {named}{more}; name one")
    return found[0]


_NAMED = 5
"""Indicators that a message names."""


def render(seen: Look, *, console: Screen, language: str) -> None:
    """Show a look on a terminal, the reasons in one language, everything else defanged."""
    verdict = seen.verdict
    colour = {"malicious": "red", "compromised": "yellow", "benign": "green"}
    facts = Table(show_header=False, box=None, padding=(0, 2))
    facts.add_column(style="bold")
    facts.add_column(overflow="fold")
    label = verdict.label.value
    facts.add_row("indicator", f"{verdict.indicator.kind.value}  {shown(verdict.indicator)}")
    facts.add_row(
        "verdict",
        Text.assemble(
            styled(label, colour.get(label, "white")),
            f"  probability {verdict.probability:.3f}  by {verdict.model}",
        ),
    )
    if verdict.category is not None:
        facts.add_row("category", f"{verdict.category.zh} · {verdict.category.en}")
    facts.add_row("reports", f"{seen.evidence.tally.reports} by {seen.evidence.tally.reporters}")
    facts.add_row("a block would list", f"{seen.target.kind.value}  {shown(seen.target)}")
    facts.add_row("and so hit", _hit(seen.target))
    if seen.refusal is not None:
        words = seen.refusal.reason_zh if language == "zh" else seen.refusal.reason_en
        facts.add_row("but cannot be listed", f"{words} ({seen.refusal.rule})")
    facts.add_row("the policy would", _would(seen.outcome))
    console.print(facts)
    reasons = Table("weight", "reason", "seen", box=None, padding=(0, 2))
    for reason in verdict.reasons:
        words = reason.zh if language == "zh" else reason.en
        reasons.add_row(f"{reason.weight:+.2f}", words, reason.extract)
    console.print(reasons)


def _hit(target: Indicator) -> str:
    if target.kind is Kind.DOMAIN:
        return "the name and everything below it"
    if target.kind is Kind.HOST:
        domain = registrable_domain(target.value)
        rest = "" if domain in {None, target.value} else f"; the rest of {domain} stays"
        return f"this host alone{rest}"
    if target.kind is Kind.URL:
        return "this page alone; its host stays (DNS cannot enforce it, a gateway can)"
    return "this number alone"


def _would(outcome: Outcome) -> str:
    if isinstance(outcome, Decision):
        until = f" until {outcome.expires_at:%Y-%m-%d}" if outcome.expires_at else ""
        return f"{outcome.action.value}{until}: {outcome.reason}"
    if isinstance(outcome, Keep):
        return f"leave it: {outcome.why}"
    return f"ask an analyst: {outcome.why}"
