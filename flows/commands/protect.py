"""`fanzha protect`: a name or number that can never be listed, with a reason, written into the audit."""

from typing import Annotated

import typer

from flows.commands.answering import Account
from flows.screen import say


def protect(
    what: Annotated[str, typer.Argument(help="A name or a phone number, in any form.")],
    reason: Annotated[str, typer.Option(help="Why it can never be listed.")],
    account: Account = "",
) -> None:
    """Protect a name (with all below it) or a number from every list; points pass it over too.

    The account must be one that may decide.

    Example: fanzha protect 13800138000 --reason 'duty phone of the city hospital' --as li
    """
    from flows.commands.desk import operator
    from pipeline.indicators import parse
    from pipeline.protected.analyst import protect as add
    from pipeline.review import audit
    from pipeline.review.answering import refuse_unanswerable
    from pipeline.review.rights import Right
    from pipeline.settings import load_settings
    from pipeline.store import open_store

    settings = load_settings()
    now, indicator, login = settings.now(), parse(what), account or operator()
    day, detail = f"{now:%Y-%m-%d}", {"reason": reason, "operator": operator()}
    with open_store(settings.database_url).write() as tx:
        refuse_unanswerable(tx, login, Right.DECIDE)
        added = add(settings.home, indicator, reason=reason, actor=f"analyst:{login}", day=day)
        if added:
            audit.record(
                tx, at=now, actor=login, act="protect", subject=str(indicator), detail=detail
            )
    if not added:
        say(f"{indicator.value}: protected already")
        return
    say(f"{indicator.value}: protected from now on; the next release leaves it out")
