"""What commands show: others' words as they are, and acting on nothing.

Pages, reports and files speak through what commands print: a report of `http://x.example/[/b]` must
not end the command that lists it, nor `[link=…]` or an escape sequence act in the terminal of who
reads it. So all that is printed goes through `Screen` or `say`: no markup is read, and what is hidden
is made visible (`pipeline.inert`). What a command gives to a program (a document, JSON) is echoed.
"""

from typing import Any

import typer
from rich.console import Console
from rich.text import Text

from pipeline.inert import inert_text

_LONGEST = 100_000


class Screen(Console):
    """A terminal on which every text is only a text; styles are given beside it (`styled`)."""

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        """Every text in a table, a title or a line comes by here."""
        return super().render_str(
            inert_text(text, _LONGEST), **{**options, "markup": False, "emoji": False}
        )


def styled(text: object, style: str) -> Text:
    """A text in a style of ours, whatever is in it."""
    return Text(inert_text(text, _LONGEST), style=style)


def say(text: object, *, err: bool = False) -> None:
    """A line for a person, on standard output or standard error."""
    typer.echo(inert_text(text, _LONGEST), err=err)
