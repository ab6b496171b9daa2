"""Start the download service: Uvicorn with several processes on one socket."""

import os
from pathlib import Path

from blocklists.server.app import Application
from blocklists.server.service import make_service
from pipeline.settings import DownloadSettings, Settings

OPTIONS = "_FANZHA_SERVE_DOWNLOADS"
"""Environment variable that hands the settings to the worker processes, as JSON."""


def application() -> Application:
    """The application of one worker process, made from the settings that `serve` handed down."""
    settings = Settings.model_validate_json(os.environ[OPTIONS])
    return Application(
        make_service(
            releases=settings.releases_dir,
            folder=settings.downloads_dir,
            now=settings.now,
            stall=settings.downloads.stall,
            appeal_url=settings.downloads.appeal_url,
        )
    )


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; answers under way are finished first."""
    import uvicorn

    options: DownloadSettings = settings.downloads
    os.environ[OPTIONS] = settings.model_dump_json()
    uvicorn.run(
        "blocklists.server.run:application",
        factory=True,
        host=options.host,
        port=options.port,
        workers=options.workers,
        http="blocklists.server.protocol:BoundedProtocol",
        loop="uvloop",
        ws="none",
        access_log=False,  # the audit log has more, and no tokens
        server_header=False,
        proxy_headers=bool(options.proxies),
        forwarded_allow_ips=list(options.proxies),
        limit_concurrency=options.connections,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=30,
        ssl_certfile=_path(options.certificate),
        ssl_keyfile=_path(options.certificate_key),
        log_level="warning",
    )


def _path(value: Path | None) -> str | None:
    return None if value is None else str(value)
