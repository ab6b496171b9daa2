"""In whose name a command acts or reads: an open account of the desk, and the audit's entry of it."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from flows.commands.desk import operator

if TYPE_CHECKING:
    from pipeline.nouns import Json
    from pipeline.review.rights import Right
    from pipeline.store import Connection, Store

Account = Annotated[
    str,
    typer.Option(
        "--as",
        help="Account that answers for it.",
        show_default="the one named as the user of this machine",
    ),
]
"""Of a command that acts."""
Reader = Annotated[
    str,
    typer.Option(
        "--as",
        help="Account that reads it, as the audit names it.",
        show_default="the user of this machine, with or without an account",
    ),
]
"""Of a command that tells of a subscriber."""


def answer_for(
    tx: "Connection",
    login: str,
    right: "Right",
    *,
    act: str,
    subject: str,
    now: datetime,
    detail: "dict[str, Json] | None" = None,
) -> str:
    """Write into the audit that an account acts, before it does; returns the account's login.

    Raises `FanzhaError` unless it is open and its role has the right. Who typed the command stands
    beside it.
    """
    from pipeline.review import audit
    from pipeline.review.answering import refuse_unanswerable

    who = login or operator()
    refuse_unanswerable(tx, who, right)
    words = {**(detail or {}), "operator": operator()}
    audit.record(tx, at=now, actor=who, act=act, subject=subject, detail=words)
    return who


def read_as(
    store: "Store", login: str, *, subject: str, carrier: str, what: str, now: datetime
) -> None:
    """Write into the audit that somebody reads what is kept of a subscriber, before they are told.

    Raises `FanzhaError` where an account is named that may not.
    """
    from pipeline.review import audit
    from pipeline.review.rights import Right

    detail: dict[str, Json] = {"carrier": carrier, "what": what}
    with store.write() as tx:
        if login:
            answer_for(
                tx, login, Right.SEE, act="number.read", subject=subject, now=now, detail=detail
            )
        else:
            audit.record(
                tx, at=now, actor=operator(), act="number.read", subject=subject, detail=detail
            )
