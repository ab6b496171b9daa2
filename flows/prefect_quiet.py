"""Prefect as this project runs it: an embedded server by default, no call home, a quiet terminal.

Prefect reads its settings from the environment when it is first imported, so `prepare` must come
before that; whatever the user has set in the environment stays.
"""

import os

from pipeline.settings import Settings

_QUIET = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    # Twenty seconds, the default, are too few on a busy machine, where its first start makes a
    # database of its own.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "400",
    "PREFECT_SERVER_UI_ENABLED": "false",
    "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
    "PREFECT_CLI_PROMPT": "false",
    # On SQLite, bursts of tasks end in 503 unless the recorders write in batches.
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_READ_BATCH_SIZE": "200",
}


def prepare(settings: Settings, *, log: str = "CRITICAL") -> None:
    """Set Prefect's environment; its own database lies beside ours, never in it.

    `log` is the level from which Prefect writes to the terminal: on a command line nothing, because
    the command itself tells the one line that a person must read.
    """
    os.environ.setdefault("PREFECT_HOME", str(settings.home / "prefect"))
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", log)
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
