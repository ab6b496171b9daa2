"""Commands on phone numbers: take feeds in, why, points, links, resolve, keys."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.commands.answering import Reader, read_as
from flows.commands.number_acts import Carrier, Number, links, opened, resolve, verify
from flows.screen import say

if TYPE_CHECKING:
    from pipeline.nouns import Indicator
    from pipeline.settings import Settings
    from pipeline.store import Store

app = typer.Typer(no_args_is_help=True, help="Phone numbers: feeds, scores, points, links.")


@app.command()
def take(
    feed: Annotated[Path, typer.Argument(help="A file, or a folder of feed files.")],
    carrier: Annotated[
        str, typer.Option(help="Short name of the carrier; new ones begin here.")
    ] = "feed",
    mapping: Annotated[
        Path | None,
        typer.Option(
            help="Mapping file, or folder of KIND.toml (docs/feeds.md); by default the carrier's own "
            "in mappings/CARRIER under home."
        ),
    ] = None,
    backfill: Annotated[bool, typer.Option(help="Let old files through.")] = False,
    accept_columns: Annotated[
        bool,
        typer.Option(help="Let a changed header, or contents unlike those of before, through."),
    ] = False,
) -> None:
    """Take a feed in: check, key, measure, score; keep what is known of numbers worth judging.

    Example: fanzha numbers take var/feed --carrier example
    """
    from flows.feeding import take_feed

    settings, store = opened()
    result = take_feed(
        store,
        settings,
        feed,
        carrier=carrier,
        mapping_path=mapping,
        backfill=backfill,
        accept_columns=accept_columns,
    )
    for name, done in result.files:
        say(
            f"{name}: {done.kind}, {done.rows:,} rows = {done.kept:,} kept + {done.rejected:,} set aside "
            f"+ {done.passed_over:,} passed over"
        )
    say(
        f"{result.records:,} records, {result.rejected:,} set aside, {result.numbers:,} numbers scored, "
        f"{len(result.observations):,} to be judged"
    )
    for reason, count in result.reasons.items():
        say(f"  {count:,} × {reason}")
    for column, count in result.unread.items():
        say(f"  {count:,} × {column}: cannot be read, kept as unknown")


@app.command()
def points(number: Number, carrier: Carrier = None, account: Reader = "") -> None:
    """The points of a subscriber, of what, the grade and the action, beside the model's score.

    Who looked stands in the audit. Example: fanzha numbers points 13800138000 --carrier example --as li
    """
    from flows.telling import tell_verdict
    from pipeline.indicators import parse_number

    settings, store = opened()
    indicator = parse_number(number)
    for line in _points(store, settings, indicator, carrier, account):
        say(line)
    say(tell_verdict(store, settings, indicator)[0])


@app.command()
def why(number: Number, carrier: Carrier = None, account: Reader = "") -> None:
    """What is known of a number, the verdict on it and every reason, beside its points.

    Who looked stands in the audit. Example: fanzha numbers why 13800138000 --carrier example --as li
    """
    from flows.carriers import carriers
    from flows.telling import tell_verdict
    from pipeline.indicators import parse_number
    from pipeline.protected import load

    settings, store = opened()
    indicator = parse_number(number)
    # Reports speak of numbers also where no carrier sends feeds.
    told = ["no points: no carrier's feed was taken in"]
    if carrier is not None or carriers(settings):
        told = _points(store, settings, indicator, carrier, account)
    first, *reasons = tell_verdict(store, settings, indicator)
    say(first)
    refusal = load(settings).refusal(indicator)
    if refusal is not None:
        say(f"  protected: {refusal.reason_zh} / {refusal.reason_en}")
    for line in (*reasons, *told):
        say(line)


app.command()(verify)
app.command()(resolve)
app.command()(links)


@app.command()
def protect(
    source: Annotated[Path, typer.Argument(help="CSV: category,organization,raw,digits,…")],
    out: Annotated[Path, typer.Option(help="TOML to write; name it in protected.files.")],
) -> None:
    """Turn a table of organisations' service numbers into a list of protected numbers.

    Example: fanzha numbers protect service-numbers.csv --out var/service-numbers.toml
    """
    from pipeline.feeds.service_numbers import write_protected

    taken, refused = write_protected(source, out)
    say(f"{taken} numbers written to {out}; {len(refused)} rows are no number")
    for row in refused:
        say(f"  {row}")


@app.command("rotate-keys")
def rotate_keys(carrier: Carrier = None) -> None:
    """Begin a new generation of a carrier's keys, and carry the stored days and points over to it.

    Example: fanzha numbers rotate-keys --carrier example
    """
    from flows.carriers import shelf_of
    from pipeline.feeds.rekey import rotate_keys as rotate
    from pipeline.feeds.sole import sole

    settings, _ = opened()
    shelf = shelf_of(settings, carrier)
    with sole(shelf):
        keys, path, carried = rotate(shelf, settings.feed_keys_dir)
        say(f"generation {keys.generation}; {carried:,} numbers carried over ({path})")
        rekey(shelf.carrier)


@app.command()
def rekey(carrier: Carrier = None) -> None:
    """Take up a rotation that was stopped half-way: stored days and points to the newest keys.

    Example: fanzha numbers rekey --carrier example
    """
    from flows.carriers import shelf_of
    from pipeline.feeds.rekey import rekey as carry_over

    settings, store = opened()
    done = carry_over(store, shelf_of(settings, carrier), settings.feed_keys_dir)
    say(
        f"{done.files:,} files and the points of {done.points:,} subscribers are of generation "
        f"{done.generation} now. The seal keys of earlier ones may be destroyed; keep their hash keys for "
        "as long as complaints count, 125 days: by them who complains again is recognised"
    )


def _points(
    store: "Store", settings: "Settings", number: "Indicator", carrier: str | None, account: str
) -> list[str]:
    """The points of a number at a carrier in lines; that they are read is written down first."""
    from flows.carriers import shelf_of
    from flows.telling import tell_points

    shelf = shelf_of(settings, carrier)
    read_as(
        store,
        account,
        subject=str(number),
        carrier=shelf.carrier,
        what="points",
        now=settings.now(),
    )
    return tell_points(store, settings, number, shelf)
