"""`fanzha industry status` and `check`: which subscribers of ours the others' notices concern."""

from pathlib import Path
from typing import Annotated

import typer

from flows.commands.answering import Account, Reader, answer_for, read_as
from flows.screen import say

Key = Annotated[
    Path | None,
    typer.Option("--key", help="Key of the agreement; keys/industry.key under home by default."),
]
Subjects = Annotated[
    Path | None,
    typer.Option(help="Identity documents, one a line; only their pseudonyms leave this command."),
]
Carrier = Annotated[
    str | None,
    typer.Option(
        "--carrier",
        help="Short name of the carrier.",
        show_default="the only one whose feeds were taken in",
    ),
]


def status(
    number: Annotated[str, typer.Argument(help="A number of a subscriber of ours.")],
    carrier: Carrier = None,
    key: Key = None,
    account: Reader = "",
) -> None:
    """Whether another party has a notice on a subscriber of ours: source, grade, expiry.

    Who looked stands in the audit.

    Example: fanzha industry status 13800138000 --carrier example --as li
    """
    from flows.carriers import keys_of, shelf_of
    from flows.industry import agreed_key, folder_of
    from pipeline.errors import FanzhaError
    from pipeline.feeds.subscribers import is_subscriber
    from pipeline.indicators import parse_number
    from pipeline.settings import load_settings
    from pipeline.store import open_store

    settings = load_settings()
    indicator, shelf, now = parse_number(number), shelf_of(settings, carrier), settings.now()
    own, agreed = indicator.value, agreed_key(settings, key)
    store = open_store(settings.database_url)
    try:
        read_as(
            store, account, subject=str(indicator), carrier=shelf.carrier, what="notices", now=now
        )
    finally:
        store.close()
    if not is_subscriber(shelf, keys_of(settings, shelf).surrogate("number", own)):
        raise FanzhaError(
            f"{own} is no subscriber of {shelf.carrier}: of others' subscribers the industry's list "
            "tells nothing"
        )
    found = folder_of(settings).concerned(agreed, "number", [own], now=now)
    for n in found.get(own, []):
        say(f"{own}: {n.grade} by {n.source} since {n.issued_at[:10]}, until {n.expires_at[:10]}")
    if not found:
        say(f"{own}: no notice in force")


def check(
    carrier: Carrier = None,
    key: Key = None,
    subjects: Subjects = None,
    account: Account = "",
) -> None:
    """Send those of a carrier's own numbers that a notice concerns to review, never to a list.

    The account must be one that may decide.

    Example: fanzha industry check --carrier example --as li
    """
    from flows.carriers import keys_of, shelf_of
    from flows.industry import agreed_key, documents, folder_of
    from pipeline.feeds.industry_check import check_subscribers
    from pipeline.review.rights import Right
    from pipeline.settings import load_settings
    from pipeline.store import open_store

    settings = load_settings()
    shelf, now = shelf_of(settings, carrier), settings.now()
    used, texts = agreed_key(settings, key), documents(subjects)
    keys_of(settings, shelf)
    store = open_store(settings.database_url)
    try:
        with store.write() as tx:
            login = answer_for(
                tx, account, Right.DECIDE, act="industry.check", subject=shelf.carrier, now=now
            )
        done = check_subscribers(
            store,
            shelf,
            folder_of(settings),
            key=used,
            keys_folder=settings.feed_keys_dir,
            actor=f"analyst:{login}",
            now=now,
            most=settings.feeds.industry_hits,
        )
    finally:
        store.close()
    say(f"{len(done.items):,} numbers sent to review")
    for source, count in sorted(done.refused.items()):
        say(
            f"warning: the notices of {source} concern {count:,} subscribers, more than "
            f"feeds.industry_hits ({settings.feeds.industry_hits:,}), so none was sent; ask it what "
            "happened before you raise that",
            err=True,
        )
    for item in done.items:
        say(f"  {item.subject.value}  {item.why}")
    told = folder_of(settings).concerned(used, "subject", texts.values(), now=now)
    for n, text in texts.items():
        for notice in told.get(text, []):
            say(f"  {subjects}, line {n}: {notice.grade} by {notice.source}")
