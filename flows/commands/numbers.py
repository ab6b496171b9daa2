"""Commands on phone numbers: take feeds in, why, points, links, resolve, keys."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pipeline.feeds.shelf import Shelf
    from pipeline.settings import Settings
    from pipeline.store import Store

app = typer.Typer(no_args_is_help=True, help="Phone numbers: feeds, scores, points, links.")

Carrier = Annotated[str, typer.Option(help="Short name of the carrier.")]
Number = Annotated[str, typer.Argument(help="A phone number in any form.")]
Purpose = Annotated[str, typer.Option(help="Why it is needed; written into the audit.")]
Actor = Annotated[str, typer.Option(help="Who asks: analyst:LOGIN.")]


@app.command()
def take(
    feed: Annotated[Path, typer.Argument(help="A file, or a folder of feed files.")],
    carrier: Carrier = "feed",
    mapping: Annotated[
        Path | None,
        typer.Option(
            help="Mapping file, or folder of KIND.toml (docs/feeds.md); by default the carrier's own "
            "in mappings/CARRIER under home."
        ),
    ] = None,
    backfill: Annotated[bool, typer.Option(help="Let old files through.")] = False,
    accept_columns: Annotated[bool, typer.Option(help="Let a changed header through.")] = False,
) -> None:
    """Take a feed in: check, key, measure, score; keep what is known of numbers worth judging.

    Example: fanzha numbers take var/feed --carrier example
    """
    from flows.feeding import take_feed

    settings, store = _open()
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
        typer.echo(
            f"{name}: {done.kind}, {done.rows:,} rows = {done.kept:,} kept + {done.rejected:,} set aside "
            f"+ {done.passed_over:,} passed over"
        )
    typer.echo(
        f"{result.records:,} records, {result.rejected:,} set aside, {result.numbers:,} numbers scored, "
        f"{len(result.observations):,} to be judged"
    )
    for reason, count in result.reasons.items():
        typer.echo(f"  {count:,} × {reason}")


@app.command()
def points(number: Number, carrier: Carrier = "feed") -> None:
    """The points of a subscriber, of what, the grade and the action, beside the model's score.

    Example: fanzha numbers points 13800138000
    """
    from flows.telling import tell_points, tell_verdict
    from pipeline.indicators import parse_number

    settings, store = _open()
    indicator = parse_number(number)
    for line in tell_points(store, settings, indicator, carrier=carrier):
        typer.echo(line)
    typer.echo(tell_verdict(store, settings, indicator)[0])


@app.command()
def why(number: Number, carrier: Carrier = "feed") -> None:
    """What is known of a number, the verdict on it and every reason, beside its points.

    Example: fanzha numbers why 13800138000
    """
    from flows.telling import tell_points, tell_verdict
    from pipeline.indicators import parse_number
    from pipeline.protected import load

    settings, store = _open()
    indicator = parse_number(number)
    first, *reasons = tell_verdict(store, settings, indicator)
    typer.echo(first)
    refusal = load(settings).refusal(indicator)
    if refusal is not None:
        typer.echo(f"  protected: {refusal.reason_zh} / {refusal.reason_en}")
    for line in (*reasons, *tell_points(store, settings, indicator, carrier=carrier)):
        typer.echo(line)


@app.command()
def verify(
    number: Number,
    evidence: Annotated[str, typer.Option(help="What the verification rests on: visit:118.")],
    actor: Actor,
    carrier: Carrier = "feed",
) -> None:
    """Enter that a subscriber was verified in person: points are cleared, a machine's block ends.

    A person's block goes to review.

    Example: fanzha numbers verify 13800138000 --evidence visit:118 --actor analyst:li
    """
    from flows.verifying import verify_number
    from pipeline.indicators import parse_number

    settings, store = _open()
    shelf, surrogate = _surrogate(settings, carrier, number)
    outcome = verify_number(
        store,
        settings,
        carrier=shelf.carrier,
        surrogate=surrogate,
        indicator=parse_number(number),
        evidence=evidence,
        actor=actor,
    )
    typer.echo(outcome.value)


@app.command()
def resolve(
    surrogate: Annotated[int, typer.Argument(help="Surrogate of a scored number.")],
    purpose: Purpose,
    actor: Actor,
    carrier: Carrier = "feed",
) -> None:
    """The number behind a surrogate; who asked and why is written down first.

    Example: fanzha numbers resolve 123 --purpose 'case 2026-118' --actor analyst:li
    """
    from pipeline.errors import FanzhaError
    from pipeline.feeds.resolve import resolve as open_number
    from pipeline.feeds.shelf import Shelf

    settings, store = _open()
    found = open_number(
        store,
        Shelf(settings.feeds_dir, carrier),
        [surrogate],
        keys_folder=settings.feed_keys_dir,
        actor=actor,
        purpose=purpose,
        now=settings.now(),
    )
    if surrogate not in found:
        raise FanzhaError(f"{surrogate}: no feed of {carrier} has a number of this surrogate")
    typer.echo(found[surrogate])


@app.command()
def links(number: Number, actor: Actor, carrier: Carrier = "feed") -> None:
    """Send the numbers that share identity, device, batch or gang with a confirmed one to review.

    Example: fanzha numbers links 13800138000 --actor analyst:li
    """
    from classifiers.numbers.links_review import review_links

    settings, store = _open()
    shelf, surrogate = _surrogate(settings, carrier, number)
    sent = review_links(store, shelf, settings, [surrogate], actor=actor, now=settings.now())
    typer.echo(f"{len(sent)} numbers sent to review")
    for item in sent:
        typer.echo(f"  {item.subject.value}  {item.why}")


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
    typer.echo(f"{taken} numbers written to {out}; {len(refused)} rows are no number")
    for row in refused:
        typer.echo(f"  {row}")


@app.command("rotate-keys")
def rotate_keys(carrier: Carrier = "feed") -> None:
    """Begin a new generation of a carrier's keys, and carry the stored days and points over to it.

    Example: fanzha numbers rotate-keys --carrier example
    """
    from pipeline.feeds.rekey import rotate_keys as rotate
    from pipeline.feeds.shelf import Shelf

    settings, _ = _open()
    keys, path, carried = rotate(Shelf(settings.feeds_dir, carrier), settings.feed_keys_dir)
    typer.echo(f"generation {keys.generation}; {carried:,} numbers carried over ({path})")
    rekey(carrier)


@app.command()
def rekey(carrier: Carrier = "feed") -> None:
    """Take up a rotation that was stopped half-way: stored days and points to the newest keys.

    Example: fanzha numbers rekey --carrier example
    """
    from pipeline.feeds.rekey import rekey as carry_over
    from pipeline.feeds.shelf import Shelf

    settings, store = _open()
    done = carry_over(store, Shelf(settings.feeds_dir, carrier), settings.feed_keys_dir)
    typer.echo(
        f"{done.files:,} files and the points of {done.points:,} subscribers are of generation "
        f"{done.generation} now. The seal keys of earlier ones may be destroyed; keep their hash keys for "
        "as long as complaints count, 125 days: by them who complains again is recognised"
    )


def _open() -> "tuple[Settings, Store]":
    from pipeline.settings import load_settings
    from pipeline.store import open_store

    settings = load_settings()
    return settings, open_store(settings.database_url)


def _surrogate(settings: "Settings", carrier: str, number: str) -> "tuple[Shelf, int]":
    from pipeline.feeds.keyring import kept_keyring
    from pipeline.feeds.shelf import Shelf
    from pipeline.indicators import parse_number

    shelf = Shelf(settings.feeds_dir, carrier)
    keys = kept_keyring(shelf, settings.feed_keys_dir)
    return shelf, keys.surrogate("number", parse_number(number).value)
