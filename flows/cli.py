"""The command line: `fanzha`, every command of every room, and how errors are told."""

import errno
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from flows.commands import (
    appeals,
    desk,
    downloads,
    evidence,
    industry,
    intake,
    models,
    number_models,
    numbers,
    policy,
    protect,
    release,
    review,
    run,
    schedule,
    settings,
    sites,
    users,
)
from flows.commands import range as range_
from flows.screen import say
from pipeline.errors import FanzhaError

app = typer.Typer(
    name="fanzha",
    help="Fanzha (反诈): from reports of telecom and online fraud to blocklists.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _settings(
    home: Annotated[
        Path | None, typer.Option(help="Folder of everything that is kept.", show_default=False)
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(help="Settings in TOML; see docs/settings.md.", show_default=False),
    ] = None,
) -> None:
    """Options that stand before any command; child processes inherit them."""
    if home is not None:
        os.environ["FANZHA_HOME"] = str(home.resolve())
    if config is not None:
        os.environ["FANZHA_CONFIG"] = str(config.resolve())


serve = typer.Typer(no_args_is_help=True, help="Services: downloads for carriers, the console.")
serve.command("downloads")(downloads.serve_downloads)
serve.command("console")(desk.serve_console)

simulate = typer.Typer(no_args_is_help=True, help="Make up realistic input, from a seed.")
simulate.command("feed")(number_models.simulate_feed)

train = typer.Typer(no_args_is_help=True, help="Train a model from a folder of plain files.")
train.command("sites")(sites.train_sites)
train.command("numbers")(number_models.train_numbers)

evaluate = typer.Typer(no_args_is_help=True, help="Measure a model, and write its card.")
evaluate.command("sites")(sites.evaluate_sites)
evaluate.command("numbers")(number_models.evaluate_numbers)

app.command("run")(run.run)
app.command("check")(run.check)
app.command("demo")(run.demo)
app.command("intake")(intake.intake)
app.command("protect")(protect.protect)
app.command("schedule")(schedule.schedule)
app.command("settings")(settings.settings)
app.add_typer(downloads.app)
for name, group in {
    "evidence": evidence.app,
    "review": review.app,
    "policy": policy.app,
    "release": release.app,
    "serve": serve,
    "appeals": appeals.app,
    "audit": desk.audit,
    "user": users.app,
    "labels": desk.labels,
    "numbers": numbers.app,
    "industry": industry.app,
    "models": models.app,
    "train": train,
    "evaluate": evaluate,
    "range": range_.app,
    "simulate": simulate,
}.items():
    app.add_typer(group, name=name)


def main() -> None:
    """Run the command line; what a person must read is one line on standard error, and exit 1."""
    try:
        app()
    except FanzhaError as error:
        _fail(str(error))
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS, errno.ENOENT}:
            raise
        where = f" at {error.filename}" if error.filename else ""
        _fail(f"{os.strerror(error.errno)}{where}; nothing was published; mend that and run again")
    except KeyboardInterrupt:
        _fail("stopped; the next run goes on from here", code=130)


def _fail(message: str, *, code: int = 1) -> None:
    say(f"fanzha: {message}", err=True)
    sys.exit(code)
