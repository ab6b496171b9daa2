"""Commands on phone numbers: take feeds in, why, points, links, resolve, keys."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.commands.answering import Account, Reader, answer_for, read_as
from flows.screen import say

if TYPE_CHECKING:
    from pipeline.nouns import Indicator
    from pipeline.settings import Settings
    from pipeline.store import Store

app = typer.Typer(no_args_is_help=True, help="Phone numbers: feeds, scores, points, links.")

Carrier = Annotated[
    str | None,
    typer.Option(
        help="Short name of the carrier.", show_default="the only one whose feeds were taken in"
    ),
]
Number = Annotated[str, typer.Argument(help="A phone number in any form.")]
Purpose = Annotated[str, typer.Option(help="Why it is needed; written into the audit.")]


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

    settings, store = _open()
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

    settings, store = _open()
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


@app.command()
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

    settings, store = _open()
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


@app.command()
def resolve(
    surrogate: Annotated[int, typer.Argument(help="Surrogate of a scored number.")],
    purpose: Purpose,
    carrier: Carrier = None,
    account: Account = "",
) -> None:
    """The number behind a surrogate; who asked and why is written down first.

    As with the identity of an appellant, the account must be a senior's.

    Example: fanzha numbers resolve 123 --purpose 'case 2026-118' --carrier example --as wang
    """
    from flows.carriers import shelf_of
    from pipeline.errors import FanzhaError
    from pipeline.feeds.resolve import resolve as open_number
    from pipeline.review.rights import Right

    if not purpose.strip():
        raise FanzhaError("--purpose: expected why the number is needed, got nothing")
    settings, store = _open()
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


@app.command()
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

    settings, store = _open()
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

    settings, _ = _open()
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

    settings, store = _open()
    done = carry_over(store, shelf_of(settings, carrier), settings.feed_keys_dir)
    say(
        f"{done.files:,} files and the points of {done.points:,} subscribers are of generation "
        f"{done.generation} now. The seal keys of earlier ones may be destroyed; keep their hash keys for "
        "as long as complaints count, 125 days: by them who complains again is recognised"
    )


def _open() -> "tuple[Settings, Store]":
    from pipeline.settings import load_settings
    from pipeline.store import open_store

    settings = load_settings()
    return settings, open_store(settings.database_url)


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
