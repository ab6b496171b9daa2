"""Handing an appeal in: from an address that may try so often, about what is listed, with a code."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pipeline.errors import FanzhaError
from pipeline.indicators import parse
from pipeline.review import audit
from pipeline.review.callers import caller_of
from pipeline.review.codes import hash_of, new_code
from pipeline.review.desk import Desk
from pipeline.review.identity import Appellant, seal
from pipeline.review.listing import listing_of
from pipeline.store import Connection, accounts, appeals
from pipeline.store.appeals import Appeal

MAX_STATEMENT = 4000
"""Longest statement, in characters."""
MAX_LINE = 200
"""Longest name, contact or relation, in characters."""


class NotListedError(FanzhaError):
    """An appeal against what is not listed; there is nothing to lift."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A new appeal and the code that only its maker gets."""

    appeal: Appeal
    code: str


class TooManyError(FanzhaError):
    """One address handed in, or tried, too many appeals in an hour."""


def receive(
    desk: Desk,
    text: str,
    statement: str,
    appellant: Appellant,
    *,
    address: str,
    language: str,
    now: datetime,
) -> Opened:
    """Take an appeal in from an address of the network, which may hand in and try only so many.

    What is refused is refused on a read alone, but for one line that counts the try: whoever asks
    for what is not listed holds up no writer, and cannot go through all names. Raises as `hand_in`
    does, and `TooManyError`.
    """
    limits = _Limits(desk, caller_of(address, desk.keys.callers), now)
    with desk.store.read() as tx:
        limits.refuse_too_many(tx)
        _refuse_bad(statement, appellant)
        listed = listing_of(tx, parse(text.strip()), now=now) is not None
    with desk.store.write() as tx:
        # Once more, in turn: those who tried at the same time count.
        limits.take_turn(tx)
        limits.refuse_too_many(tx)
        if listed:
            opened = hand_in(tx, desk, text, statement, appellant, language=language, now=now)
            limits.count(tx)
            return opened
        limits.count_refused(tx)
    raise NotListedError(f"{parse(text.strip())} is not listed; there is nothing to lift")


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


class _Limits:
    """How many appeals, and how many tries in vain, one caller may make in an hour."""

    def __init__(self, desk: Desk, caller: str, now: datetime) -> None:
        self._made, self._tried = f"appeal:{caller}", f"appeal.try:{caller}"
        self._settings, self._now = desk.settings.desk, now

    def take_turn(self, tx: Connection) -> None:
        """Let those who try at once be counted one after the other."""
        accounts.take_turn(tx, self._made)

    def refuse_too_many(self, tx: Connection) -> None:
        """Raise `TooManyError` where either limit is reached."""
        limits = (
            (self._made, self._settings.appeals_per_hour),
            (self._tried, self._settings.appeal_tries_per_hour),
        )
        for who, most in limits:
            if accounts.attempts_since(tx, who, since=self._now - timedelta(hours=1)) >= most:
                raise TooManyError("too many appeals from this address; try again in an hour")

    def count(self, tx: Connection) -> None:
        """Count an appeal that was handed in."""
        accounts.add_attempt(tx, self._made, at=self._now)

    def count_refused(self, tx: Connection) -> None:
        """Count a try about what is not listed."""
        accounts.add_attempt(tx, self._tried, at=self._now)


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
