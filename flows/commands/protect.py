"""`fanzha protect`: a name or number that can never be listed, with a reason, written into the audit."""

import getpass
from typing import Annotated

import typer


def protect(
    what: Annotated[str, typer.Argument(help="A name or a phone number, in any form.")],
    reason: Annotated[str, typer.Option(help="Why it can never be listed.")],
    actor: Annotated[
        str, typer.Option(help="Who says so: analyst:LOGIN; by default the account of this shell.")
    ] = "",
) -> None:
    """Protect a name (with all below it) or a number from every list; points pass it over too.

    Example: fanzha protect 13800138000 --reason 'duty phone of the city hospital'
    """
    from pipeline.errors import FanzhaError
    from pipeline.indicators import parse
    from pipeline.protected.analyst import protect as add
    from pipeline.settings import load_settings
    from pipeline.store import audit, open_store

    who = actor or f"analyst:{getpass.getuser()}"
    if not who.startswith("analyst:"):
        raise FanzhaError(f"--actor: expected analyst:LOGIN, got {who!r}; a person protects")
    settings = load_settings()
    now, indicator = settings.now(), parse(what)
    added = add(settings.home, indicator, reason=reason, actor=who, day=f"{now:%Y-%m-%d}")
    if not added:
        typer.echo(f"{indicator.value}: protected already")
        return
    store = open_store(settings.database_url)
    with store.write() as tx:
        detail = {"reason": reason}
        audit.record(tx, at=now, actor=who, act="protect", subject=str(indicator), detail=detail)
    typer.echo(f"{indicator.value}: protected from now on; the next release leaves it out")
