"""`fanzha schedule`: the flows by the clock, until it is stopped."""

import asyncio
import contextlib
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from flows.prefect_server import server
from flows.screen import say
from pipeline.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prefect import Flow
    from prefect.deployments.runner import RunnerDeployment


def schedule(
    reports: Annotated[str, typer.Option(help="When reports are taken in (cron).")] = "*/5 * * * *",
    feeds: Annotated[str, typer.Option(help="When feeds are taken in (cron).")] = "30 2 * * *",
    releases: Annotated[str, typer.Option(help="When lists are published (cron).")] = "*/5 * * * *",
    retraining: Annotated[
        str, typer.Option(help="When challengers of the models are trained (cron).")
    ] = "30 3 * * 0",
    housekeeping: Annotated[
        str, typer.Option(help="When old evidence and identities of appellants are removed (cron).")
    ] = "10 4 * * *",
    zone: Annotated[str, typer.Option(help="Time zone of the clock.")] = "Asia/Shanghai",
) -> None:
    """Run the flows by the clock: reports and releases every five minutes, feeds at night, training
    of a challenger on Sundays from `training/` under home. Old evidence, and what the law no longer
    lets us keep, is removed before dawn.

    New files are looked for in the inbox (see `fanzha settings`). A run that is still going when its
    next is due is not started twice.

    Example: fanzha schedule --feeds "0 3 * * *"
    """
    settings = load_settings()
    settings.inbox_dir.mkdir(parents=True, exist_ok=True)
    say(f"looking for files in {settings.inbox_dir}; Ctrl-C ends it")
    with server(settings):
        from flows.scheduled import (
            feeds_run,
            housekeeping_run,
            number_retraining_run,
            release_run,
            reports_run,
            retraining_run,
        )

        _serve(
            {
                reports_run: reports,
                feeds_run: feeds,
                release_run: releases,
                retraining_run: retraining,
                number_retraining_run: retraining,
                housekeeping_run: housekeeping,
            },
            zone,
        )


def _serve(clock: "Mapping[Flow[[], Any], str]", zone: str) -> None:
    """Start each flow when its cron says so, until a signal comes; what is running then is ended."""
    from prefect.runner import Runner
    from prefect.schedules import Cron

    class Clock(Runner):
        """A runner that SIGTERM ends as Ctrl-C does.

        Prefect's own handler waits, within the signal, for the loop that the signal holds up: with a
        run under way it may not come back. Every run goes on where it was killed, so none is waited
        for.
        """

        async def tick(self) -> None:
            self.loop, self.ticking = asyncio.get_running_loop(), asyncio.current_task()
            await self.start()

        def handle_sigterm(self, *_: object) -> None:
            if self.ticking:
                self.loop.call_soon_threadsafe(self.ticking.cancel)

    runner = Clock()
    for flow, cron in clock.items():
        made = flow.to_deployment(flow.name, schedule=Cron(cron, timezone=zone))
        runner.add_deployment(cast("RunnerDeployment", made))
    with contextlib.suppress(asyncio.CancelledError, KeyboardInterrupt):
        asyncio.run(runner.tick())
