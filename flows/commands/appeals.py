"""Commands for appeals: list, show, answer, and what becomes of who made them."""

from typing import Annotated

import typer

from flows.commands.desk import opened_desk, operator
from flows.screen import say

app = typer.Typer(help="Appeals against listings: list, show, answer.", no_args_is_help=True)

Number = Annotated[int, typer.Argument(help="Number of the appeal.", min=1)]
Analyst = Annotated[
    str,
    typer.Option(
        "--as",
        help="Account of the senior who answers.",
        show_default="the one named as the user of this machine",
    ),
]


@app.command("list")
def list_appeals(
    every: Annotated[bool, typer.Option("--all", help="Those answered, too.")] = False,
) -> None:
    """Show the appeals that wait, those due first before the others.

    Examples:

        fanzha appeals list

        fanzha appeals list --all
    """
    from rich.table import Table

    from flows.screen import Screen
    from pipeline.inert import inert_text, shown
    from pipeline.store.appeals import AppealState
    from pipeline.store.appeals import list_appeals as kept

    with opened_desk() as desk, desk.store.read() as tx:
        found = kept(tx, state=None if every else AppealState.OPEN)
        now = desk.clock()
    table = Table("no.", "entry", "state", "due", "statement", box=None, padding=(0, 2))
    for one in found:
        late = " late" if one.closed_at is None and one.due_at < now else ""
        due = f"{one.due_at:%Y-%m-%d %H:%M}{late}"
        words = inert_text(one.statement, 60).replace("\n", " ")
        table.add_row(str(one.id), shown(one.target), one.state.value, due, words)
    Screen().print(table)


@app.command("show")
def show_appeal(number: Number) -> None:
    """Show one appeal; who made it is opened in the console alone. Example: fanzha appeals show 3"""
    from flows.screen import Screen
    from pipeline.errors import FanzhaError
    from pipeline.inert import inert_text, shown
    from pipeline.store.appeals import appeal_by_number
    from pipeline.store.decisions import decision_by_id

    with opened_desk() as desk, desk.store.read() as tx:
        found = appeal_by_number(tx, number)
        against = decision_by_id(tx, found.against) if found else None
    if found is None:
        raise FanzhaError(f"no appeal {number}; `fanzha appeals list --all` shows them")
    console = Screen()
    console.print(f"appeal {found.id}: {found.state.value}, due {found.due_at:%Y-%m-%d %H:%M}")
    console.print(f"about {shown(found.indicator)}, listed as {shown(found.target)}")
    if against is not None:
        console.print(f"listed by {against.actor}: {inert_text(against.reason, 500)}")
    console.print(inert_text(found.statement, 4000))
    if found.answer:
        console.print(f"{found.answered_by}: {inert_text(found.answer, 4000)}")


@app.command("uphold")
def uphold_appeal(
    number: Number,
    answer: Annotated[str, typer.Option(help="The reason that the appellant reads.")],
    analyst: Analyst = "",
) -> None:
    """Uphold an appeal: the entry leaves with the next release.

    Example: fanzha appeals uphold 3 --answer "the company's filing is genuine" --as wang
    """
    from pipeline.nouns import Action
    from pipeline.review.answering import refuse_unanswerable
    from pipeline.review.appeals import uphold
    from pipeline.review.rights import Right

    who, login = operator(), analyst or operator()
    with opened_desk() as desk, desk.store.write() as tx:
        refuse_unanswerable(tx, login, Right.SECOND)
        made = uphold(tx, desk, number, answer, login=login, now=desk.clock(), operator=who)
    done = "allowed" if made.action is Action.ALLOW else "dismissed"
    say(f"{done} {made.indicator}; `fanzha release build` takes it off the lists")


@app.command("reject")
def reject_appeal(
    number: Number,
    answer: Annotated[str, typer.Option(help="The reason that the appellant reads.")],
    analyst: Analyst = "",
) -> None:
    """Reject an appeal: the entry stays.

    Example: fanzha appeals reject 3 --answer "victims' transfers went to this site" --as wang
    """
    from pipeline.review.answering import refuse_unanswerable
    from pipeline.review.appeals import reject
    from pipeline.review.rights import Right

    who, login = operator(), analyst or operator()
    with opened_desk() as desk, desk.store.write() as tx:
        refuse_unanswerable(tx, login, Right.SECOND)
        reject(tx, number, answer, login=login, now=desk.clock(), operator=who)


@app.command("key")
def appeals_key() -> None:
    """Make the pair of keys of the appeals where there is none, and show where its public half lies.

    A machine that serves the public alone gets a copy of that file and of no other.

    Example: fanzha appeals key
    """
    with opened_desk() as desk:
        say(desk.settings.home / "keys" / "appeals.pub")


@app.command("forget")
def forget_appellants() -> None:
    """Remove who appealed, and what they wrote, where the period after the answer is over.

    `fanzha schedule` does it every day. Example: fanzha appeals forget
    """
    from pipeline.review.appeals import forget

    with opened_desk() as desk, desk.store.write() as tx:
        numbers = forget(tx, desk.settings.desk, now=desk.clock())
    say(f"{len(numbers)} appeals")
