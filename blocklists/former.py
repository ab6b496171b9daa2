"""BASE zones that resolvers may have still: kept beside a release for an hour after they were replaced.

A resolver takes a small HOT in seconds and a BASE of a million names in minutes. Until it has the new
BASE, HOT must say what has changed since the former one too; so this lies beside the release, as a
hard link that no index names.
"""

import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

OVERLAP = timedelta(hours=1)
"""For how long after a new BASE a resolver may still have the former one."""
_FOLDER = ".former"


def keep(before: Path, draft: Path, prefix: str, at: datetime) -> list[Path]:
    """Take over, into a draft, the former BASE zones of the release before that are not over yet."""
    kept = []
    for path in _kept(before / prefix / _FOLDER):
        since = int(path.stem.partition("-")[2])
        if timedelta(0) <= at - datetime.fromtimestamp(since, at.tzinfo) < OVERLAP:
            kept.append(_link(path, draft / prefix / _FOLDER / path.name))
    return kept


def retire(base: Path, draft: Path, prefix: str, serial: int, at: datetime) -> Path:
    """Keep a BASE zone that this release replaces."""
    return _link(base, draft / prefix / _FOLDER / f"{serial}-{int(at.timestamp())}.zone")


def _kept(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.glob("*.zone"))


def _link(source: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        # Where there are no hard links, or too many of one file.
        shutil.copy2(source, target)
    return target
