"""Appeals: handed in with a code, answered within a time, and an upheld one lifts the entry."""

import base64
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pipeline.appeal_code import appeal_code
from pipeline.errors import ConflictError, FanzhaError
from pipeline.indicators import host_of, parse
from pipeline.nouns import Action, Decision, Indicator, Kind
from pipeline.review import audit
from pipeline.review.blast import blast_of
from pipeline.review.codes import hash_of, new_code
from pipeline.review.decide import Ruling, decide, spares_strangers
from pipeline.review.desk import Desk
from pipeline.review.identity import Appellant, seal, unseal
from pipeline.settings import DeskSettings
from pipeline.store import Connection, appeals
from pipeline.store.appeals import Appeal, AppealState
from pipeline.store.decisions import decision_by_id, decisions_beginning, heads_of

MAX_STATEMENT = 4000
"""Longest statement, in characters."""
MAX_LINE = 200
"""Longest name, contact or relation, in characters."""

CODE_LENGTH = 10
"""Characters of the code by which an entry's decision is named."""

_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


class NotListedError(FanzhaError):
    """An appeal against what is not listed; there is nothing to lift."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A new appeal and the code that only its maker gets."""

    appeal: Appeal
    code: str


def listing_of(
    tx: Connection, indicator: Indicator, *, now: datetime, beside: Indicator | None = None
) -> Decision | None:
    """The live block that covers an indicator: its own, its host's, or that of a domain above.

    `beside` is an entry that is not to be counted.
    """
    candidates = [indicator]
    host = host_of(indicator)
    if host is not None:
        candidates.append(Indicator(Kind.HOST, host))
        labels = host.split(".")
        candidates += [Indicator(Kind.DOMAIN, ".".join(labels[n:])) for n in range(len(labels))]
    heads = heads_of(tx, list(dict.fromkeys(candidates)))
    for candidate in candidates:
        head = heads.get(candidate) if candidate != beside else None
        live = head is not None and (head.expires_at is None or head.expires_at > now)
        if head is not None and live and head.action is Action.BLOCK:
            return head
    return None


def entry_of_code(tx: Connection, code: str) -> Indicator | None:
    """The entry that an appeal code names (`pipeline.appeal_code`); None where no entry has it."""
    plain = "".join(code.upper().split())
    if len(plain) != CODE_LENGTH or set(plain) - set(_BASE32):
        return None
    # Ten characters are fifty bits: twelve hex digits of the id, and two bits that the check covers.
    prefix = base64.b32decode(plain + "A" * 6)[:6].hex()
    for decision in decisions_beginning(tx, prefix):
        if appeal_code(decision.id) == plain:
            return decision.indicator
    return None


def hand_in(
    tx: Connection,
    desk: Desk,
    text: str,
    statement: str,
    appellant: Appellant,
    *,
    language: str,
    now: datetime,
) -> Opened:
    """Take an appeal in. Raises `NotAnIndicatorError`, `NotListedError` or `FanzhaError`."""
    _refuse_bad(statement, appellant)
    indicator = parse(text.strip())
    listing = listing_of(tx, indicator, now=now)
    if listing is None:
        raise NotListedError(f"{indicator} is not listed; there is nothing to lift")
    code = new_code()
    appeal = Appeal(
        code=hash_of(code, of="appeal"),
        indicator=indicator,
        target=listing.indicator,
        against=listing.id,
        statement=statement.strip(),
        language=language,
        opened_at=now,
        due_at=now + timedelta(hours=desk.settings.desk.appeal_hours),
    )
    number = appeals.open_appeal(tx, appeal, sealed=seal(appellant, key=desk.keys.seals))
    audit.record(
        tx,
        at=now,
        actor="-",
        act="appeal.open",
        subject=str(appeal.target),
        detail={"appeal": number},
    )
    return Opened(replace(appeal, id=number), code)


@dataclass(frozen=True, slots=True)
class Lifting:
    """What upholding an appeal does: what becomes of the entry, and what of the blocks below it."""

    action: Action
    lifted: tuple[Indicator, ...]
    """Blocks below the entry that are lifted with it."""
    staying: tuple[Indicator, ...]
    """Blocks below the entry that stay, for each was decided by itself."""


def lifting_of(tx: Connection, desk: Desk, target: Indicator, *, now: datetime) -> Lifting:
    """How an upheld appeal lifts an entry: by an allow, or else by dismissing it.

    An allow spares whatever is below its name. So an entry is dismissed where strangers have names
    below it, and where other names below it are blocked too: nobody appealed for those. Where a
    wider entry covers it, only an allow takes it off the lists.
    """
    blast = blast_of(tx, target, subject=target, protected=desk.protected, now=now)
    others = blast.boundless or any(host_of(i) != host_of(target) for i in blast.blocked)
    narrow = others and listing_of(tx, target, now=now, beside=target) is None
    if narrow or spares_strangers(target):
        return Lifting(Action.DISMISS, (), blast.blocked)
    return Lifting(Action.ALLOW, blast.blocked, ())


def uphold(
    tx: Connection,
    desk: Desk,
    number: int,
    answer: str,
    *,
    login: str,
    now: datetime,
    operator: str | None = None,
) -> Decision:
    """Uphold an appeal: the entry is lifted as `lifting_of` says, and leaves with the next release.

    `operator` is who runs a command on the machine, where it was not the console.
    """
    appeal = _open_appeal(tx, number, answer, login)
    ruling = Ruling(
        appeal.target,
        lifting_of(tx, desk, appeal.target, now=now).action,
        f"appeal {number} upheld: {answer.strip()}",
        target=appeal.target,
    )
    decision = decide(
        tx,
        ruling,
        actor=f"analyst:{login}",
        policy=desk.policy,
        protected=desk.protected,
        now=now,
    )
    _answer(
        tx,
        appeal,
        AppealState.UPHELD,
        answer=answer,
        login=login,
        now=now,
        decision=decision.id,
        operator=operator,
    )
    return decision


def reject(
    tx: Connection,
    number: int,
    answer: str,
    *,
    login: str,
    now: datetime,
    operator: str | None = None,
) -> None:
    """Reject an appeal with the reason that its maker will read."""
    appeal = _open_appeal(tx, number, answer, login)
    _answer(
        tx,
        appeal,
        AppealState.REJECTED,
        answer=answer,
        login=login,
        now=now,
        operator=operator,
    )


def reveal(tx: Connection, desk: Desk, number: int, *, login: str, now: datetime) -> Appellant:
    """Open the identity of an appellant; that it was opened, and by whom, stays on record."""
    sealed = appeals.sealed_appellant(tx, number)
    if sealed is None:
        raise FanzhaError(
            f"appeal {number}: no identity is kept; it is removed some time after the answer"
        )
    appellant = unseal(sealed, key=desk.keys.opens())
    audit.record(tx, at=now, actor=login, act="appeal.reveal", detail={"appeal": number})
    return appellant


def forget(tx: Connection, settings: DeskSettings, *, now: datetime) -> list[int]:
    """Remove who appealed, and what they wrote, where the legal period after the answer is over.

    What was removed is on record; returns the numbers of the appeals. Doing it twice changes nothing.
    """
    numbers = appeals.forget_appellants(
        tx, closed_before=now - timedelta(days=settings.appellant_days)
    )
    if numbers:
        detail = {"appeals": numbers, "after_days": settings.appellant_days}
        audit.record(tx, at=now, actor="-", act="appeal.forget", detail=detail)
    return numbers


def by_code(tx: Connection, code: str) -> Appeal | None:
    """The appeal of a code, however it was typed."""
    return appeals.appeal_by_code(tx, hash_of(code, of="appeal"))


def _open_appeal(tx: Connection, number: int, answer: str, login: str) -> Appeal:
    appeal = appeals.appeal_by_number(tx, number)
    if appeal is None:
        raise FanzhaError(f"no appeal {number}; `fanzha appeals list` shows them")
    if appeal.state is not AppealState.OPEN:
        raise ConflictError(f"appeal {number} is {appeal.state.value} already; read it again")
    if not answer.strip():
        raise FanzhaError("an appeal is answered with a reason: say in a sentence why")
    head = heads_of(tx, [appeal.target]).get(appeal.target)
    # Nobody judges an objection to their own decision, though another was made on top of it.
    for decision in (head, decision_by_id(tx, appeal.against)):
        if decision is not None and login in decision.actor.removeprefix("analyst:").split("+"):
            raise FanzhaError("an appeal is answered by another than the one who decided")
    return appeal


def _answer(
    tx: Connection,
    appeal: Appeal,
    state: AppealState,
    *,
    answer: str,
    login: str,
    now: datetime,
    decision: str | None = None,
    operator: str | None,
) -> None:
    appeals.answer_appeal(
        tx, appeal.id, state, answer=answer.strip(), by=login, at=now, decision=decision
    )
    audit.record(
        tx,
        at=now,
        actor=login,
        act=f"appeal.{state.value}",
        subject=str(appeal.target),
        detail={
            "appeal": appeal.id,
            "decision": decision,
            **({"operator": operator} if operator else {}),
        },
    )


def _refuse_bad(statement: str, appellant: Appellant) -> None:
    if not statement.strip() or len(statement) > MAX_STATEMENT:
        raise FanzhaError(
            f"statement: expected 1 to {MAX_STATEMENT} characters, got {len(statement)}"
        )
    if not appellant.contact.strip():
        raise FanzhaError("contact: expected a way to answer, such as an e-mail address")
    for name in ("name", "contact", "relation"):
        value = getattr(appellant, name)
        if len(value) > MAX_LINE:
            raise FanzhaError(f"{name}: expected at most {MAX_LINE} characters, got {len(value)}")
