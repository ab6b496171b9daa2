"""Commands that act on a number in somebody's name: verify a subscriber, open a surrogate, follow links."""

from typing import TYPE_CHECKING, Annotated

import typer

from flows.commands.answering import Account, answer_for
from flows.screen import say

if TYPE_CHECKING:
    from pipeline.settings import Settings
    from pipeline.store import Store

Carrier = Annotated[
    str | None,
    typer.Option(
        help="Short name of the carrier.", show_default="the only one whose feeds were taken in"
    ),
]
Number = Annotated[str, typer.Argument(help="A phone number in any form.")]
Purpose = Annotated[str, typer.Option(help="Why it is needed; written into the audit.")]


def verify(
    number: Number,
    evidence: Annotated[str, typer.Option(help="What the verification rests on: visit:118.")],
    carrier: Carrier = None,
    account: Account = "",
) -> None:
    """Enter that a subscriber was verified in person: points are cleared, a machine's block ends.

    A person's block goes to review. The account must be one that may decide.

    Example: fanzha numbers verify 13800138000 --evidence visit:118 --carrier example --as li
    """
    from flows.carriers import shelf_of, surrogate_of
    from flows.commands.desk import operator
    from flows.telling import points_of
    from flows.verifying import verify_number
    from pipeline.indicators import parse_number
    from pipeline.protected import load

    settings, store = opened()
    shelf, indicator = shelf_of(settings, carrier), parse_number(number)
    outcome = verify_number(
        store,
        settings,
        carrier=shelf.carrier,
        surrogate=surrogate_of(store, settings, shelf, indicator),
        indicator=indicator,
        evidence=evidence,
        login=account or operator(),
        operator=operator(),
    )
    say(f"{indicator.value} at {shelf.carrier}: {outcome.value}")
    for other in points_of(store, settings, load(settings), indicator):
        if other.carrier != shelf.carrier and other.balance > 0:
            say(f"{other.carrier} keeps {other.balance:.1f} points of it: verify there too")


def resolve(
    surrogate: Annotated[
        int,
        typer.Argument(min=-(2**63), max=2**63 - 1, help="Surrogate of a scored number."),
    ],
    purpose: Purpose,
    carrier: Carrier = None,
    account: Account = "",
) -> None:
    """The number behind a surrogate; who asked and why is written down first.

    As with the identity of an appellant, the account must be a senior's.

    One below zero comes last, after `--`.

    Examples:

        fanzha numbers resolve 123 --purpose 'case 2026-118' --carrier example --as wang

        fanzha numbers resolve --purpose 'case 2026-118' --carrier example --as wang -- -123
    """
    from flows.carriers import shelf_of
    from pipeline.errors import FanzhaError
    from pipeline.feeds.resolve import resolve as open_number
    from pipeline.review.rights import Right

    if not purpose.strip():
        raise FanzhaError("--purpose: expected why the number is needed, got nothing")
    settings, store = opened()
    shelf, now = shelf_of(settings, carrier), settings.now()
    about, detail = f"{shelf.carrier}:{surrogate}", {"purpose": purpose.strip()}
    with store.write() as tx:
        login = answer_for(
            tx, account, Right.SECOND, act="number.resolve", subject=about, now=now, detail=detail
        )
    found = open_number(
        store,
        shelf,
        [surrogate],
        keys_folder=settings.feed_keys_dir,
        actor=f"analyst:{login}",
        purpose=purpose,
        now=now,
    )
    if surrogate not in found:
        raise FanzhaError(f"{surrogate}: no feed of {shelf.carrier} has a number of this surrogate")
    say(found[surrogate])


def links(number: Number, carrier: Carrier = None, account: Account = "") -> None:
    """Send the numbers that share identity, device, batch or gang with a confirmed one to review.

    Confirmed is what a person blocked. The account must be one that may decide.

    Example: fanzha numbers links 13800138000 --carrier example --as li
    """
    from classifiers.numbers.links_review import review_links
    from flows.carriers import shelf_of, surrogate_of
    from pipeline.errors import FanzhaError
    from pipeline.indicators import parse_number
    from pipeline.review.rights import Right
    from pipeline.store.decisions import numbers_people_blocked

    settings, store = opened()
    shelf, indicator, now = shelf_of(settings, carrier), parse_number(number), settings.now()
    surrogate = surrogate_of(store, settings, shelf, indicator)
    detail = {"carrier": shelf.carrier}
    with store.write() as tx:
        login = answer_for(
            tx, account, Right.DECIDE, act="number.links", subject=str(indicator), now=now, detail=detail
        )  # fmt: skip
        blocks = {block.indicator: block for _, block in numbers_people_blocked(tx, now=now)}
        if indicator not in blocks:
            raise FanzhaError(
                f"{indicator.value}: no person's block stands on it, and links are followed from "
                "confirmed numbers alone; `fanzha review decide` settles it"
            )
    confirmed = {surrogate: blocks[indicator].decided_at}
    done = review_links(store, shelf, settings, confirmed, actor=f"analyst:{login}", now=now)
    say(f"{len(done.items)} numbers sent to review")
    for item in done.items:
        say(f"  {item.subject.value}  {item.why}")


def opened() -> "tuple[Settings, Store]":
    """The settings and the store of them."""
    from pipeline.settings import load_settings
    from pipeline.store import open_store

    settings = load_settings()
    return settings, open_store(settings.database_url)
