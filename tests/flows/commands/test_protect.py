"""`fanzha protect`: what an analyst protects is refused from then on, and who did it stands in the audit."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli import app
from pipeline.indicators import parse
from pipeline.protected import load
from pipeline.settings import Settings
from pipeline.store import audit, open_store
from tests.flows.accounts import staff_at


def run(home: Path, *arguments: str, code: int = 0) -> str:
    env = {"FANZHA_HOME": str(home), "FANZHA_CLOCK": "2026-03-02T01:00:00Z"}
    result = CliRunner().invoke(app, ["protect", *arguments], env=env)
    assert result.exit_code == code, (result.output, result.exception)
    return result.output


@pytest.mark.parametrize("what", ["13800000001", "harbour-clinic.example"])
def test_what_an_analyst_protects_is_refused(tmp_path: Path, what: str) -> None:
    said = ("--reason", 'the clinic\'s "duty" phone', "--as", "li")
    settings = Settings(home=tmp_path)
    staff_at(settings.database_url)
    assert load(settings).refusal(parse(what)) is None
    (tmp_path / "protected.toml").write_text(
        '# by hand\n[[names]]\nkind = "own"\nzh = "本单位"\nen = "ours"\nnames = ["ours.example"]\n',
        "utf-8",
    )
    assert "from now on" in run(tmp_path, what, *said)
    assert "already" in run(tmp_path, what, *said)
    refusal = load(settings).refusal(parse(what))
    assert refusal is not None
    assert "duty" in refusal.reason_en
    assert "analyst:li" in refusal.reason_en
    assert load(settings).refusal(parse("ours.example")) is not None
    store = open_store(settings.database_url)
    with store.read() as tx:
        (told,) = audit.newest(tx, limit=9)
    assert (told.actor, told.act, told.subject) == ("li", "protect", str(parse(what)))


@pytest.mark.parametrize(
    "arguments",
    [
        ("com", "--reason", "x"),
        ("github.io", "--reason", "x"),
        ("https://a.example/page", "--reason", "x"),
        ("13800000001", "--reason", " "),
        ("13800000001", "--reason", "x", "--as", "chen"),
        ("13800000001", "--reason", "x", "--as", "nobody"),
    ],
)
def test_what_would_protect_strangers_or_has_no_reason_is_refused(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    staff_at(Settings(home=tmp_path).database_url)
    run(tmp_path, "--as", "li", *arguments, code=1)
    assert not (tmp_path / "protected.toml").exists()
