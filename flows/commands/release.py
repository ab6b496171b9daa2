"""Commands around releases: build, list, show and verify them, approve one, see what was refused."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.screen import say

if TYPE_CHECKING:
    from rich.table import Table

app = typer.Typer(help="The published lists: build, verify, look at them.", no_args_is_help=True)

Directory = Annotated[
    Path | None, typer.Option(help="Folder of the releases.", show_default="by settings")
]


@app.command("build")
def build() -> None:
    """Make a release of what is decided now, unless nothing has changed since the last.

    Example:

        fanzha release build
    """
    from blocklists.publish import publish
    from pipeline.settings import load_settings
    from pipeline.store import open_store

    settings = load_settings()
    store = open_store(settings.database_url)
    try:
        done = publish(store, settings=settings, now=settings.now())
    finally:
        store.close()
    what = "published" if done.is_new else "nothing has changed since"
    say(
        f"{what} release {done.release.serial}: {done.release.entries:,} entries, in "
        f"{settings.releases_dir / str(done.release.serial)}"
    )
    if done.refused:
        say(f"{done.refused:,} decisions were refused: see fanzha release problems")


@app.command("list")
def list_(directory: Directory = None, *, last: Annotated[int, typer.Option(min=1)] = 20) -> None:
    """The releases on disk, the newest first.

    Example:

        fanzha release list --last 5
    """
    from blocklists.retention import serials
    from blocklists.shelf import read_index
    from pipeline.settings import load_settings

    folder = directory or load_settings().releases_dir
    table = _table("serial", "time (UTC)", "entries", "of which hot", "full files of")
    for serial in serials(folder)[::-1][:last]:
        index = read_index(folder / str(serial))
        if index is None:
            continue
        hot = next(i["entries"] for i in index["files"] if i["name"] == "hot.zone")
        counts = index["counts"]
        entries = sum(counts[kind] for kind in ("domain", "host", "url", "number"))
        when = datetime.fromisoformat(index["at"]).astimezone(UTC)
        table.add_row(
            str(serial), f"{when:%Y-%m-%d %H:%M:%S}", f"{entries:,}", f"{hot:,}",
            str(index["full"]["serial"]),
        )  # fmt: skip
    _print(table)


@app.command("show")
def show(
    serial: Annotated[int | None, typer.Argument(help="Its serial; the latest by default.")] = None,
    directory: Directory = None,
) -> None:
    """The files of a release.

    Examples:

        fanzha release show

        fanzha release show 42
    """
    from blocklists.shelf import read_index
    from pipeline.errors import FanzhaError
    from pipeline.settings import load_settings

    folder = directory or load_settings().releases_dir
    index = read_index(folder / (str(serial) if serial else "latest"))
    if index is None:
        raise FanzhaError(
            f"release: {folder} holds no release {serial or 'yet'}; see `fanzha release list`"
        )
    say(f"release {index['serial']} of {index['at']}, expires {index['expires']}")
    table = _table("file", "entries", "bytes", "delta, bytes", "sha256")
    for item in index["files"]:
        delta = f"{item['delta']['size']:,}" if "delta" in item else ""
        table.add_row(
            item["name"], f"{item['entries']:,}", f"{item['size']:,}", delta, item["sha256"][:16]
        )
    _print(table)


@app.command("verify")
def verify(
    directory: Directory = None,
    *,
    key: Annotated[
        list[str] | None,
        typer.Option(help="Public key of the publisher, `RW…`, repeatable; by default your own."),
    ] = None,
    since: Annotated[
        int | None, typer.Option(help="Serial to begin with; the very first by default.")
    ] = None,
) -> None:
    """Walk the hash chain from the first release: signatures, predecessors, every file's sha256.

    A file that is missing is an error, unless retention takes it away at its age by the settings
    release.keep and release.keep_full.

    Examples:

        fanzha release verify

        fanzha release verify --directory /srv/fanzha --key RWQ…
    """
    from blocklists.chain import trusted_keys, walk
    from pipeline.settings import load_settings

    settings = load_settings()
    public = key or trusted_keys(settings)
    folder, kept = directory or settings.releases_dir, settings.release
    checked = list(
        walk(folder, public=public, keep=kept.keep, keep_full=kept.keep_full, since=since)
    )
    files, thinned = sum(c.files for c in checked), sum(c.thinned for c in checked)
    say(
        f"verified releases {checked[0].serial} to {checked[-1].serial}: {len(checked)} signatures, "
        f"{files:,} files, {thinned:,} taken away by retention; sha256 of the last index "
        f"{checked[-1].sha256}"
    )


@app.command("approve")
def approve(
    hold: Annotated[int, typer.Argument(help="Its number, from `fanzha release problems`.")],
    *,
    by: Annotated[str, typer.Option(help="Login of a senior's account; it is kept for good.")],
    reason: Annotated[str, typer.Option(help="Why the release may go out.")],
) -> None:
    """Approve one held release, although it passes a ceiling of the settings.

    What was decided after it was held is weighed anew. The approval is in the audit log.

    Example:

        fanzha release approve 17 --by lin --reason "operation of 20 November, lists checked"
    """
    import getpass

    from pipeline.review.approving import approve_release
    from pipeline.settings import load_settings
    from pipeline.store import open_store

    settings = load_settings()
    store = open_store(settings.database_url)
    try:
        with store.write() as tx:
            approval = approve_release(
                tx, hold, login=by, reason=reason, operator=getpass.getuser(), now=settings.now()
            )
    finally:
        store.close()
    say(
        f"approved everything up to decision {approval.hold.cut} ({approval.hold.en}); now run: "
        "fanzha release build"
    )


@app.command("adopt")
def adopt(
    *,
    by: Annotated[str, typer.Option(help="Login of a senior's account; it is kept for good.")],
    reason: Annotated[str, typer.Option(help="What happened to the database.")],
) -> None:
    """Go on after the releases on disk, with a database that was restored from an older copy.

    The next release follows the newest on disk, so carriers see no rollback; what was decided after
    the copy was made is lost, and leaves the lists unless it is decided again. It is in the audit log.

    Example:

        fanzha release adopt --by lin --reason "disk lost, database of Tuesday night restored"
    """
    import getpass

    from blocklists.adoption import unknown_releases
    from pipeline.review.approving import adopt_releases
    from pipeline.settings import load_settings
    from pipeline.store import open_store

    settings = load_settings()
    store = open_store(settings.database_url)
    try:
        with store.write() as tx:
            found = unknown_releases(tx, settings)
            adopt_releases(
                tx, found, login=by, reason=reason, operator=getpass.getuser(), now=settings.now()
            )
    finally:
        store.close()
    say(
        f"adopted releases {found[0].serial} to {found[-1].serial}, of {found[-1].entries:,} entries; "
        "`fanzha release build` makes the next"
    )


@app.command("problems")
def problems(limit: Annotated[int, typer.Option(min=1)] = 50) -> None:
    """What could not be listed, and why a release waits.

    Example:

        fanzha release problems
    """
    from pipeline.settings import load_settings
    from pipeline.store import open_store
    from pipeline.store.problems import count_open_problems, open_problems

    store = open_store(load_settings().database_url)
    try:
        with store.read() as tx:
            found, total = open_problems(tx, limit=limit), count_open_problems(tx)
    finally:
        store.close()
    table = _table("what", "rule", "why", "since (UTC)")
    for p in found:
        table.add_row(p.subject, p.rule, f"{p.zh}\n{p.en}", f"{p.first_at:%Y-%m-%d %H:%M}")
    _print(table)
    say(f"{total:,} in all")


@app.command("formats")
def formats() -> None:
    """The formats that a carrier's profile can name.

    Example:

        fanzha release formats
    """
    from blocklists.formats import FORMATS

    table = _table("format", "list", "for")
    for name, form in FORMATS.items():
        table.add_row(name, form.list, form.about)
    _print(table)


@app.command("key")
def key() -> None:
    """The public key that carriers verify releases with; hand it over by a way of its own.

    Example:

        fanzha release key
    """
    from pipeline.settings import load_settings
    from pipeline.signatures import Signer

    say(Signer.from_file(load_settings().release_key).public)


def _table(*columns: str) -> "Table":
    from rich.table import Table

    table = Table(box=None)
    for column in columns:
        table.add_column(column)
    return table


def _print(table: "Table") -> None:
    from flows.screen import Screen

    Screen().print(table)
