"""`fanzha industry`: the blacklist between carriers, by keyed pseudonyms."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from flows.commands.answering import Account, Reader, answer_for, read_as

if TYPE_CHECKING:
    from pipeline.feeds.industry_folder import IndustryFolder
    from pipeline.settings import Settings
    from pipeline.signatures import Signer

app = typer.Typer(
    no_args_is_help=True,
    help="The industry's blacklist: what is sent, what came, who is concerned.",
)

_Key = Annotated[
    Path | None,
    typer.Option("--key", help="Key of the agreement; keys/industry.key under home by default."),
]
_Carrier = Annotated[
    str | None,
    typer.Option(
        "--carrier",
        help="Short name of the carrier.",
        show_default="the only one whose feeds were taken in",
    ),
]
_Subjects = Annotated[
    Path | None,
    typer.Option(help="Identity documents, one a line; only their pseudonyms leave this command."),
]


@app.command("make-key")
def make_key(key: _Key = None) -> None:
    """Make the key of an agreement, which the parties exchange by a safe way.

    Example: fanzha industry make-key
    """
    from pipeline.errors import FanzhaError
    from pipeline.keys import load_or_make_key
    from pipeline.settings import load_settings

    path = _key_path(load_settings(), key)
    if path.exists():
        raise FanzhaError(f"{path} is there already; a new agreement or year needs a new file")
    load_or_make_key(path)
    typer.echo(f"{path}: one key, one agreement, one purpose, one year")


@app.command("public-key")
def public_key() -> None:
    """The public key of our notices, made on first use; hand it to the other parties by a safe way.

    Example: fanzha industry public-key
    """
    from pipeline.settings import load_settings

    typer.echo(_signer(load_settings()).public)


@app.command()
def trust(
    party: Annotated[str, typer.Argument(help="Name of another party in the agreement.")],
    public: Annotated[str, typer.Argument(help="Its public key, RW…, or a file that holds it.")],
    replace: Annotated[bool, typer.Option(help="Put it in the place of another key.")] = False,
) -> None:
    """Know a party by its key: from now on nothing unsigned or altered is taken in its name.

    Example: fanzha industry trust carrier-b carrier-b.pub
    """
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
    known = _folder(load_settings()).parties.trust(party, text, replace=replace)
    typer.echo(f"{party}: {known}")


@app.command()
def export(
    out: Annotated[Path, typer.Argument(help="File for the other parties.")],
    source: Annotated[str, typer.Option(help="Our name in the agreement.")],
    key: _Key = None,
    days: Annotated[
        int, typer.Option(min=1, help="Life of a notice whose block has no end.")
    ] = 180,
    subjects: _Subjects = None,
) -> None:
    """Write the numbers that people blocked, and withdraw those that they freed since the last time.

    Without --subjects the subjects of the last export stay; an empty file withdraws them.

    Example: fanzha industry export var/notices.jsonl --source carrier-a
    """
    from datetime import timedelta

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
        for text in _lines(subjects)
    ]
    holding, withdrawn = _folder(settings).export(
        out,
        confirmed,
        key=_key(settings, key),
        source=source,
        signer=_signer(settings),
        now=now,
        kinds=("number",) if subjects is None else ("number", "subject"),
    )
    typer.echo(f"{out}: {holding:,} in force, {withdrawn:,} withdrawn, signed in {out}.minisig")


@app.command()
def take(
    file: Annotated[Path, typer.Argument(help="A file of another party.")],
    sender: Annotated[str, typer.Option(help="Who sent it; it may speak for nobody else.")],
    signature: Annotated[
        Path | None, typer.Option(help="Its signature; FILE.minisig by default.")
    ] = None,
) -> None:
    """Keep what another party sent. The same file again changes nothing.

    Of a party whose key is known (`trust`), only what it signed is taken.

    Example: fanzha industry take from-carrier-b.jsonl --sender carrier-b
    """
    from pipeline.settings import load_settings

    taken = _folder(load_settings()).take(file, sender=sender, signature=signature)
    typer.echo(f"{taken.notices:,} notices kept")
    if not taken.proved:
        typer.echo(
            f"warning: nothing proves that they are of {sender}, whose key is not known; get it by a "
            "safe way and say `fanzha industry trust`",
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
    from pipeline.settings import load_settings

    settings = load_settings()
    found = [n for n in _folder(settings).holding(now=settings.now()) if source in (None, n.source)]
    table = Table("pseudonym", "kind", "source", "grade", "issued", "expires")
    for n in found[:limit]:
        table.add_row(
            f"{n.pseudonym[:12]}…", n.kind, n.source, n.grade, n.issued_at[:10], n.expires_at[:10]
        )
    Console().print(table)
    typer.echo(f"{len(found):,} in force")


@app.command()
def status(
    number: Annotated[str, typer.Argument(help="A number of a subscriber of ours.")],
    carrier: _Carrier = None,
    key: _Key = None,
    account: Reader = "",
) -> None:
    """Whether another party has a notice on a subscriber of ours: source, grade, expiry.

    Who looked stands in the audit.

    Example: fanzha industry status 13800138000 --carrier example --as li
    """
    from flows.carriers import keys_of, shelf_of
    from pipeline.errors import FanzhaError
    from pipeline.feeds.subscribers import is_subscriber
    from pipeline.indicators import parse_number
    from pipeline.settings import load_settings
    from pipeline.store import open_store

    settings = load_settings()
    indicator, shelf, now = parse_number(number), shelf_of(settings, carrier), settings.now()
    own, agreed = indicator.value, _key(settings, key)
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
    found = _folder(settings).concerned(agreed, "number", [own], now=now)
    for n in found.get(own, []):
        typer.echo(
            f"{own}: {n.grade} by {n.source} since {n.issued_at[:10]}, until {n.expires_at[:10]}"
        )
    if not found:
        typer.echo(f"{own}: no notice in force")


@app.command()
def check(
    carrier: _Carrier = None,
    key: _Key = None,
    subjects: _Subjects = None,
    account: Account = "",
) -> None:
    """Send those of a carrier's own numbers that a notice concerns to review, never to a list.

    The account must be one that may decide.

    Example: fanzha industry check --carrier example --as li
    """
    from flows.carriers import keys_of, shelf_of
    from pipeline.feeds.industry_check import check_subscribers
    from pipeline.review.rights import Right
    from pipeline.settings import load_settings
    from pipeline.store import open_store

    settings = load_settings()
    shelf, now = shelf_of(settings, carrier), settings.now()
    used, texts = _key(settings, key), _lines(subjects)
    keys_of(settings, shelf)
    store = open_store(settings.database_url)
    try:
        with store.write() as tx:
            login = answer_for(
                tx, account, Right.DECIDE, act="industry.check", subject=shelf.carrier, now=now
            )
        sent = check_subscribers(
            store,
            shelf,
            _folder(settings),
            key=used,
            keys_folder=settings.feed_keys_dir,
            actor=f"analyst:{login}",
            now=now,
        )
    finally:
        store.close()
    typer.echo(f"{len(sent):,} numbers sent to review")
    for item in sent:
        typer.echo(f"  {item.subject.value}  {item.why}")
    told = _folder(settings).concerned(used, "subject", texts, now=now)
    for n, text in enumerate(texts, 1):
        for notice in told.get(text, []):
            typer.echo(f"  {subjects}, line {n}: {notice.grade} by {notice.source}")


def _folder(settings: "Settings") -> "IndustryFolder":
    from pipeline.feeds.industry_folder import IndustryFolder

    return IndustryFolder(settings.home / "industry")


def _signer(settings: "Settings") -> "Signer":
    from pipeline.signatures import Signer

    return Signer.from_file(settings.home / "keys" / "industry-signing.key")


def _key_path(settings: "Settings", chosen: Path | None) -> Path:
    return chosen or settings.home / "keys" / "industry.key"


def _key(settings: "Settings", chosen: Path | None) -> bytes:
    from pipeline.errors import FanzhaError
    from pipeline.keys import load_or_make_key

    path = _key_path(settings, chosen)
    if not path.exists():
        raise FanzhaError(
            f"{path}: expected the key of the agreement; put it there, or make one with "
            "`fanzha industry make-key` and send it to the other parties"
        )
    return load_or_make_key(path)


def _lines(path: Path | None) -> list[str]:
    from pipeline.errors import FanzhaError

    if path is None:
        return []
    try:
        return [line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise FanzhaError(f"{path}: expected a text file, one document a line ({error})") from error
