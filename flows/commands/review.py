"""`fanzha review`: settle doubtful items on the command line."""

import getpass
from typing import Annotated

import typer
from rich.table import Table

from flows.screen import Screen, styled
from pipeline.categories import Category
from pipeline.errors import FanzhaError
from pipeline.nouns import Action, Indicator
from pipeline.settings import load_settings

app = typer.Typer(
    no_args_is_help=True, help="Items that a machine must not settle alone: list, show, decide."
)

Item = Annotated[str, typer.Argument(help="The item, as `review list` shows it, or as it came.")]


@app.command("list")
def list_items(
    limit: Annotated[int, typer.Option(min=1, help="Items shown.")] = 20,
) -> None:
    """The queue, the greatest expected harm first. Example: fanzha review list --limit 50"""
    from pipeline.inert import shown
    from pipeline.store import open_store
    from pipeline.store.reviews import count_waiting, waiting
    from pipeline.store.verdicts import latest_verdicts

    store = open_store(load_settings().database_url)
    with store.read() as tx:
        items, total = waiting(tx, limit=limit), count_waiting(tx)
        verdicts = latest_verdicts(tx, [item.subject for item in items])
    table = Table("item", "a block would list", "verdict", "p", "why", box=None, padding=(0, 2))
    for item in items:
        verdict = verdicts.get(item.subject)
        table.add_row(
            shown(item.subject),
            f"{item.target.kind.value} {shown(item.target)}",
            verdict.label.value if verdict else "",
            f"{verdict.probability:.3f}" if verdict else "",
            str(item.why),
        )
    console = Screen()
    console.print(table)
    console.print(f"{len(items)} of {total} waiting")


@app.command()
def show(item: Item) -> None:
    """One item: its verdict, its reasons, its history. Example: fanzha review show rebate.example"""
    from pipeline.indicators import read_key
    from pipeline.inert import shown
    from pipeline.store import open_store
    from pipeline.store.decisions import history
    from pipeline.store.reviews import item_of
    from pipeline.store.verdicts import latest_verdicts, verdict_by_id

    store = open_store(load_settings().database_url)
    subject = read_key(item)
    console = Screen()
    with store.read() as tx:
        found = item_of(tx, subject)
        verdict = latest_verdicts(tx, [subject]).get(subject)
        decided = history(tx, found.target if found else subject)
        if found is None and verdict is None and not decided:
            raise FanzhaError(
                f"{item}: nothing is known of it; `fanzha review list` shows the queue"
            )
        if found is not None:
            verdict = verdict_by_id(tx, found.verdict) if found.verdict else verdict
            state = f"closed {found.closed_at:%Y-%m-%d}" if found.closed_at else "waiting"
            console.print(styled(shown(subject), "bold"), f" {state}: {found.why}")
            console.print(f"a block would list {found.target.kind.value} {shown(found.target)}")
        if verdict is not None:
            console.print(f"{verdict.label.value}, probability {verdict.probability:.3f}")
            for reason in verdict.reasons:
                console.print(
                    f"  {reason.weight:+.2f}  {reason.zh} · {reason.en}  {reason.extract}"
                )
        for decision in decided:
            console.print(
                f"  {decision.decided_at:%Y-%m-%d %H:%M}  {decision.actor}: "
                f"{decision.action.value} — {decision.reason}"
            )


@app.command()
def decide(
    item: Item,
    action: Annotated[Action, typer.Argument(help="What to do.")],
    reason: Annotated[str, typer.Option(help="Why, in a sentence; it is kept for ever.")],
    scope: Annotated[
        str | None, typer.Option(help="Another target than the item proposes: a URL, host, domain.")
    ] = None,
    whole_domain: Annotated[bool, typer.Option(help="The target with all its subdomains.")] = False,
    category: Annotated[Category | None, typer.Option(help="Kind of fraud.")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="Days until it expires.")] = None,
    analyst: Annotated[
        str,
        typer.Option(
            "--analyst",
            "--as",
            help="Account that decides.",
            show_default="the one named as the user of this machine",
        ),
    ] = "",
) -> None:
    """Settle an item, in the name of an open account that may decide; who typed it is recorded too.

    Example:

        fanzha review decide rebate.example block --reason "asks for deposits before payout" --as li
    """
    from flows.steps import Workshop
    from pipeline.indicators import parse, read_key
    from pipeline.inert import shown
    from pipeline.review.acts import settle
    from pipeline.review.answering import refuse_unanswerable
    from pipeline.review.decide import Ruling
    from pipeline.review.desk import open_desk
    from pipeline.review.rights import Right
    from pipeline.store import open_store
    from pipeline.store.reviews import item_of

    settings = load_settings()
    store = open_store(settings.database_url)
    shop = Workshop.open(store, settings)
    desk = open_desk(store, settings, shop.policy, shop.protected)
    subject, target = read_key(item), parse(scope) if scope else None
    operator, now = getpass.getuser(), settings.now()
    login = analyst or operator
    with store.write() as tx:
        if whole_domain:
            found = item_of(tx, subject)
            target = _domain_of(target or (found.target if found else subject))
        ruling = Ruling(subject, action, reason, target, category, days)
        refuse_unanswerable(tx, login, Right.DECIDE)
        done = settle(tx, desk, ruling, login=login, seen=None, now=now, operator=operator)
    decision = done.decision
    if decision is None:
        Screen().print(
            f"proposed as number {done.proposal}: it reaches far or is protected, so a second person "
            "must agree in the console"
        )
        return
    until = f" until {decision.expires_at:%Y-%m-%d}" if decision.expires_at else ""
    Screen().print(
        f"{decision.action.value} {decision.indicator.kind.value} {shown(decision.indicator)}"
        f"{until}; in force with the next release"
    )


def _domain_of(target: Indicator) -> Indicator:
    """The host of a target with all its subdomains. Raises `FanzhaError` where it has none."""
    from pipeline.indicators import host_of, is_ip, parse

    host = host_of(target)
    if host is None or is_ip(host):
        raise FanzhaError(
            f"--whole-domain: expected a target with a name, got {target}; a number or an address "
            "has no subdomains, so leave the option out"
        )
    return parse(f"*.{host}")
