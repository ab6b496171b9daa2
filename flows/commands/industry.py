"""`fanzha industry`: the blacklist between carriers, by keyed pseudonyms."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from flows.commands.industry_subscribers import Key, Subjects, check, status
from flows.screen import Screen, say

app = typer.Typer(
    no_args_is_help=True,
    help="The industry's blacklist: what is sent, what came, who is concerned.",
)


@app.command("make-key")
def make_key(key: Key = None) -> None:
    """Make the key of an agreement, which the parties exchange by a safe way.

    Example: fanzha industry make-key
    """
    from flows.industry import key_path
    from pipeline.errors import FanzhaError
    from pipeline.keys import load_or_make_key
    from pipeline.settings import load_settings

    path = key_path(load_settings(), key)
    if path.exists():
        raise FanzhaError(f"{path} is there already; a new agreement or year needs a new file")
    load_or_make_key(path)
    say(f"{path}: one key, one agreement, one purpose, one year")


@app.command("public-key")
def public_key() -> None:
    """The public key of our notices, made on first use; hand it to the other parties by a safe way.

    Example: fanzha industry public-key
    """
    from flows.industry import signer_of
    from pipeline.settings import load_settings

    say(signer_of(load_settings()).public)


@app.command()
def trust(
    party: Annotated[str, typer.Argument(help="Name of another party in the agreement.")],
    public: Annotated[str, typer.Argument(help="Its public key, RW…, or a file that holds it.")],
    replace: Annotated[bool, typer.Option(help="Put it in the place of another key.")] = False,
) -> None:
    """Know a party by its key: from now on nothing unsigned or altered is taken in its name.

    What was taken of it without proof, or signed by the key before, lapses.

    Example: fanzha industry trust carrier-b carrier-b.pub
    """
    from flows.industry import count_of, folder_of
    from pipeline.errors import FanzhaError
    from pipeline.settings import load_settings

    text = public
    if not public.startswith("RW"):
        try:
            text = Path(public).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise FanzhaError(
                f"{public}: expected a public key, RW…, or a file that holds one ({error})"
            ) from error
    settings = load_settings()
    folder, now = folder_of(settings), settings.now()
    before = count_of(folder.holding(now=now), party)
    known = folder.parties.trust(party, text, replace=replace)
    say(f"{party}: {known}")
    lapsed = before - count_of(folder.holding(now=now), party)
    if lapsed:
        say(f"{lapsed:,} notices that it did not sign by this key lapse; ask it for its file")


@app.command()
def export(
    out: Annotated[Path, typer.Argument(help="File for the other parties.")],
    source: Annotated[str, typer.Option(help="Our name in the agreement.")],
    key: Key = None,
    days: Annotated[
        int, typer.Option(min=1, max=365, help="Life of a notice whose block has no end.")
    ] = 180,
    subjects: Subjects = None,
) -> None:
    """Write the numbers that people blocked, and withdraw those that they freed since the last time.

    Without --subjects the subjects of the last export stay; an empty file withdraws them. A subject is
    a resident identity number or a unified social credit code.

    Example: fanzha industry export var/notices.jsonl --source carrier-a
    """
    from datetime import timedelta

    from flows.industry import agreed_key, documents, folder_of, signer_of
    from pipeline.feeds.industry_folder import Confirmed, confirmed_numbers
    from pipeline.settings import load_settings
    from pipeline.store import open_store
    from pipeline.store.decisions import judged_by_people

    settings = load_settings()
    now = settings.now()
    store = open_store(settings.database_url)
    try:
        with store.read() as tx:
            judged = judged_by_people(tx, limit=1_000_000)
    finally:
        store.close()
    confirmed = confirmed_numbers(judged, days=days, now=now)
    confirmed += [
        Confirmed("subject", text, "confirmed", now, now + timedelta(days=days))
        for text in documents(subjects).values()
    ]
    holding, withdrawn = folder_of(settings).export(
        out,
        confirmed,
        key=agreed_key(settings, key),
        source=source,
        signer=signer_of(settings),
        now=now,
        kinds=("number",) if subjects is None else ("number", "subject"),
    )
    say(f"{out}: {holding:,} in force, {withdrawn:,} withdrawn, signed in {out}.minisig")


@app.command()
def take(
    file: Annotated[Path, typer.Argument(help="A file of another party.")],
    sender: Annotated[str, typer.Option(help="Who sent it; it may speak for nobody else.")],
    signature: Annotated[
        Path | None, typer.Option(help="Its signature; FILE.minisig by default.")
    ] = None,
    unsigned: Annotated[
        bool, typer.Option("--unsigned", help="Take it although the sender's key is not known.")
    ] = False,
) -> None:
    """Keep what another party sent and signed. The same file again changes nothing.

    Of a party whose key is not known (`trust`) nothing is taken but with --unsigned; it lapses as soon as
    the key is known.

    Examples:

        fanzha industry take from-carrier-b.jsonl --sender carrier-b

        fanzha industry take from-carrier-c.jsonl --sender carrier-c --unsigned
    """
    from flows.industry import folder_of
    from pipeline.settings import load_settings

    settings = load_settings()
    taken = folder_of(settings).take(
        file,
        sender=sender,
        now=settings.now(),
        signature=signature,
        unsigned=unsigned,
        most=settings.feeds.industry_notices,
    )
    say(f"{taken.notices:,} notices kept")
    if not taken.proved:
        say(
            f"warning: nothing proves that they are of {sender}; they lapse once its key is known "
            "(`fanzha industry trust`)",
            err=True,
        )


@app.command("list")
def list_notices(
    source: Annotated[str | None, typer.Option(help="Of one party alone.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Notices shown.")] = 50,
) -> None:
    """Show the notices of other parties that are in force; whom they mean, nobody can tell from them.

    Example: fanzha industry list --source carrier-b
    """
    from flows.industry import folder_of
    from pipeline.settings import load_settings

    settings = load_settings()
    found = [
        n for n in folder_of(settings).holding(now=settings.now()) if source in (None, n.source)
    ]
    table = Table("pseudonym", "kind", "source", "grade", "issued", "expires")
    for n in found[:limit]:
        table.add_row(
            f"{n.pseudonym[:12]}…", n.kind, n.source, n.grade, n.issued_at[:10], n.expires_at[:10]
        )
    Screen().print(table)
    say(f"{len(found):,} in force")


app.command()(status)
app.command()(check)
