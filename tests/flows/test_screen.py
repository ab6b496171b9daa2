"""What commands print acts on nothing, whoever wrote the words."""

import io
from pathlib import Path

import pytest
from rich.table import Table
from rich.text import Text

import flows
from flows.screen import Screen, say, styled

HOSTILE = [
    "[/b]刷单",
    "[link=https://evil.example]点这里[/link]",
    "x\x1b[2Jy",
    "invoice\u202egpj.exe",
    ":warning: \x1b]8;;https://evil.example\x1b\\x\x07",
]


def printed(what: object) -> str:
    out = io.StringIO()
    Screen(file=out, force_terminal=True, width=200).print(what)
    return out.getvalue()


@pytest.mark.parametrize("words", HOSTILE)
def test_words_of_others_are_words_wherever_they_stand(
    words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    table = Table(words, title=words)
    table.add_row(words)
    say(words)
    outputs = [printed(words), printed(table), printed(styled(words, "bold"))]
    for output in (*outputs, capsys.readouterr().out):
        assert words.partition("\x1b")[0].partition("\u202e")[0] in output
        assert "\x1b]8" not in output
        assert "\x1b[2J" not in output
        assert "\u202e" not in output
        assert "\x07" not in output


def test_styles_are_given_beside_the_words() -> None:
    mixed = Text.assemble(styled("[red]malicious", "red"), " 0.9")
    assert "\x1b[31m[red]malicious\x1b[0m 0.9" in printed(mixed)


def test_every_command_prints_by_the_screen() -> None:
    """A console of its own would read markup out of what others wrote."""
    folder = Path(flows.__file__).parent
    others = [
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*.py")
        if "rich.console" in (text := path.read_text("utf-8")) or "rich import print" in text
    ]
    assert others == ["screen.py"]
