"""The last step of the way: the policy applied to verdicts, a few subjects at a turn.

Analysts write to the same store. What is to be done is worked out while nobody waits; a turn then
only writes it down, and works out anew what somebody decided meanwhile.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from flows.families import confirmed_fraud, find_raised, raise_for_review
from flows.steps import Workshop, leave_to_people
from pipeline.errors import ConflictError
from pipeline.evidence import gather
from pipeline.nouns import Action, Decision, Evidence, Indicator, Kind, Verdict
from pipeline.policy import Outcome, settle
from pipeline.store import Connection
from pipeline.store.decisions import add_decision, changed_since, head_of, last_seq
from pipeline.store.reports import Stage, louder, move, voices_of
from pipeline.store.reviews import ReviewItem, close_item, open_items
from pipeline.store.verdicts import latest_verdicts

TURN = 20
"""Subjects settled in one transaction: whoever else writes waits for so many and no longer."""
_SOON = timedelta(days=1)
"""Until a site is visited again for which a crawl had no time."""
PAUSE = 0.05
"""Seconds between two of them. SQLite's waiters do not queue, they look again and again."""


@dataclass(frozen=True, slots=True)
class _Worked:
    """What is to be done about one subject, and on whose last decisions that rests."""

    outcome: Outcome
    asked: frozenset[Indicator]


def settle_some(shop: Workshop, batch: Sequence[Indicator]) -> int:
    """Apply the policy to the newest verdict on each subject of a batch."""
    now = shop.settings.now()
    recheck = now + timedelta(days=shop.policy.expiry.recheck_days)
    standing = shop.settings.intake.standing
    with shop.store.read() as tx:
        heard = voices_of(tx, batch)
        verdicts = latest_verdicts(tx, batch)
        known = gather(tx, batch, standing=standing, at=now)
        confirmed = sorted(confirmed_fraud(tx) - set(batch))
        kin = gather(tx, confirmed, standing=standing, at=now) if confirmed else []
    failed: dict[Indicator, Exception] = {}
    for start in range(0, len(known), TURN):
        if start:
            time.sleep(PAUSE)
        failed |= _take_turn(shop, known[start : start + TURN], verdicts)
    sites = [one for one in (*known, *kin) if one.indicator.kind is not Kind.NUMBER]
    with shop.store.read() as tx:
        raised = find_raised(tx, sites)
    with shop.store.write() as tx:
        raise_for_review(tx, raised, at=now)
        # Last, and with the families: a run that is killed before it settles the batch again.
        again = louder(tx, heard)
        settled = [i for i in batch if i not in failed and i not in again]
        unseen = {e.indicator for e in known if _is_left_over(e)}
        move(tx, [i for i in settled if i not in unseen], Stage.DONE, at=now, due_at=recheck)
        move(tx, [i for i in settled if i in unseen], Stage.DONE, at=now, due_at=now + _SOON)
        # Somebody spoke of them meanwhile, whom the policy has not heard.
        move(tx, [i for i in batch if i in again and i not in failed], Stage.JUDGE, at=now)
        leave_to_people(tx, shop, failed)
    return len(batch)


def _is_left_over(evidence: Evidence) -> bool:
    """Whether the crawl had no time for a site, or the browser for a page."""
    facts = evidence.facts
    return facts.get("http.state") == "not-visited" or facts.get("page.unrendered") == "left-over"


def _take_turn(
    shop: Workshop, part: Sequence[Evidence], verdicts: Mapping[Indicator, Verdict]
) -> dict[Indicator, Exception]:
    """Settle some subjects in one transaction; gives those that cannot be, and why."""
    failed: dict[Indicator, Exception] = {}
    worked: dict[Indicator, _Worked] = {}
    with shop.store.read() as tx:
        seen = last_seq(tx)
        for evidence in part:
            try:
                worked[evidence.indicator] = _work_out(
                    tx, shop, verdicts[evidence.indicator], evidence
                )
            except Exception as error:  # noqa: BLE001 (it goes to a person, with its reason)
                failed[evidence.indicator] = error
    with shop.store.write() as tx:
        changed = {decision.indicator for decision in changed_since(tx, seen)}
        for evidence in part:
            done = worked.get(evidence.indicator)
            if done is None:
                continue
            try:
                with tx.begin_nested():
                    if done.asked & changed:
                        done = _work_out(tx, shop, verdicts[evidence.indicator], evidence)
                    _write_down(tx, shop, evidence.indicator, done.outcome)
            except ConflictError:
                raise
            except Exception as error:  # noqa: BLE001 (it goes to a person, with its reason)
                failed[evidence.indicator] = error
            else:
                if isinstance(done.outcome, Decision):
                    changed.add(done.outcome.indicator)
    return failed


def _work_out(tx: Connection, shop: Workshop, verdict: Verdict, evidence: Evidence) -> _Worked:
    """What the policy says to one verdict; only reads."""
    asked: set[Indicator] = set()

    def head(indicator: Indicator) -> Decision | None:
        asked.add(indicator)
        return head_of(tx, indicator)

    outcome = settle(
        verdict,
        evidence,
        policy=shop.policy,
        protected=shop.protected,
        head=head,
        now=shop.settings.now(),
    )
    return _Worked(outcome, frozenset(asked))


def _write_down(tx: Connection, shop: Workshop, subject: Indicator, outcome: Outcome) -> None:
    if isinstance(outcome, ReviewItem):
        open_items(tx, [outcome])
        return
    if isinstance(outcome, Decision):
        add_decision(tx, outcome)
    # What waited for a person is settled by what is known now. Not so what sent a number to a person
    # beside its verdict, which a machine's acquittal does not answer.
    decided = outcome.id if isinstance(outcome, Decision) else None
    blocked = isinstance(outcome, Decision) and outcome.action is Action.BLOCK
    close_item(
        tx,
        subject,
        decision=decided,
        at=shop.settings.now(),
        of_verdicts=subject.kind is Kind.NUMBER and not blocked,
    )
