"""Files of reports → the store: in batches, each one transaction, with counts that add up."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

from pipeline.errors import FanzhaError
from pipeline.intake.formats import FORMATS, Row, format_of
from pipeline.intake.lines import files_of, lines_of
from pipeline.intake.reasons import NOT_DATA
from pipeline.intake.rejects import RejectsFile
from pipeline.intake.rows import Desk, read_row
from pipeline.keys import load_or_make_key
from pipeline.nouns import Report
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.reports import add_reports

OnProgress = Callable[[int, int], None]
"""Called with the bytes that were read and those there are; 0 where that is unknown."""


@dataclass(frozen=True, slots=True)
class IntakeCount:
    """What became of every row: accepted + rejected + duplicates = lines, always."""

    lines: int = 0
    """Rows, each of one line but where a quoted cell holds line ends; blank ones are rows too."""
    accepted: int = 0
    """New reports."""
    rejected: int = 0
    duplicates: int = 0
    """Reports that were there already, or came before in the same file."""
    partial: int = 0
    """Of the accepted and the duplicates, those of which a cell was set aside."""
    reasons: Mapping[str, int] = field(default_factory=dict)
    """Reason → rejected rows."""
    files: int = 0
    unread: tuple[str, ...] = ()
    """Of several files, those that could not be read, each with what is wrong."""


def take_in(
    store: Store,
    paths: Sequence[Path] | BinaryIO,
    *,
    source: str,
    settings: Settings,
    now: datetime,
    rejects: Path | None = None,
    form: str | None = None,
    on_progress: OnProgress | None = None,
) -> IntakeCount:
    """Take in the reports of files and folders, or of one open stream such as standard input.

    `source` is who passed them on; `form` a name of `FORMATS` where the file's own name and
    beginning do not tell. Doing it again adds nothing, after a kill as well. One unreadable file
    among several is named in `unread`; a single one raises `FanzhaError`, as does a full disk.
    """
    if not source.strip():
        raise FanzhaError("source: expected who passed the reports on, such as npa165; got nothing")
    desk = Desk(
        source=source.strip(),
        key=load_or_make_key(settings.key_path),
        zone=ZoneInfo(settings.intake.timezone),
        now=now,
    )
    run = _Run(store, settings, desk, form, on_progress)
    with RejectsFile(rejects) as rejects_file:
        run.take(paths, rejects_file)
    return run.count()


def glance(path: Path, *, settings: Settings) -> None:
    """Look at the beginning of a file of reports, so that a wrong one is told before work begins.

    Raises what `take_in` would raise of it. Of a folder, one unreadable file stops nothing.
    """
    files = files_of(path)
    if len(files) > 1:
        return
    with files[0].open("rb") as stream:
        lines = lines_of(stream, str(path), max_line=settings.intake.max_line)
        head = list(islice(lines, 20))
        next(iter(FORMATS[format_of(str(path), head)](iter(head), str(path))), None)


class _Run:
    """One intake under way: what was counted so far."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        desk: Desk,
        form: str | None,
        on_progress: OnProgress | None,
    ) -> None:
        self._store, self._settings, self._desk, self._form = store, settings, desk, form
        self._on_progress = on_progress or (lambda _done, _total: None)
        self._done = self._total = 0
        self._counts: Counter[str] = Counter()
        self._reasons: Counter[str] = Counter()
        self._unread: list[str] = []

    def count(self) -> IntakeCount:
        return IntakeCount(
            **{
                name: self._counts[name]
                for name in ("lines", "accepted", "duplicates", "partial", "files")
            },
            rejected=sum(self._reasons.values()),
            reasons=dict(self._reasons.most_common()),
            unread=tuple(self._unread),
        )

    def take(self, paths: Sequence[Path] | BinaryIO, rejects: RejectsFile) -> None:
        if not isinstance(paths, Sequence):
            self._take_stream(paths, "standard input", rejects)
            return
        files = [file for path in paths for file in files_of(path)]
        self._total = sum(file.stat().st_size for file in files)
        for file in files:
            try:
                with file.open("rb") as stream:
                    self._take_stream(stream, str(file), rejects)
            except (FanzhaError, OSError) as error:
                trouble = error if isinstance(error, FanzhaError) else _unreadable(file, error)
                if len(files) == 1:
                    raise trouble from error
                self._unread.append(str(trouble))

    def _take_stream(self, stream: BinaryIO, name: str, rejects: RejectsFile) -> None:
        lines = lines_of(
            stream, name, max_line=self._settings.intake.max_line, on_bytes=self._advance
        )
        head = list(islice(lines, 20))
        reader = FORMATS[self._form or format_of(name, head)]
        self._counts["files"] += 1
        batch: list[Report] = []
        for row in reader(chain(head, lines), name):
            report = self._read(row, name, rejects)
            if report is not None:
                batch.append(report)
            if len(batch) >= self._settings.intake.batch:
                self._store_batch(batch)
                batch = []
        self._store_batch(batch)

    def _read(self, row: Row, name: str, rejects: RejectsFile) -> Report | None:
        read = read_row(row, self._desk)
        self._counts["lines"] += 1
        self._counts["partial"] += bool(read.report and read.aside)
        if read.report is None:
            self._reasons[read.aside[0].reason] += 1
        for aside in read.aside:
            if aside.reason not in NOT_DATA:
                rejects.add(name, aside, accepted=read.report is not None)
        return read.report

    def _store_batch(self, batch: list[Report]) -> None:
        with self._store.write() as transaction:
            new = add_reports(transaction, batch, at=self._desk.now)
        self._counts["accepted"] += new
        self._counts["duplicates"] += len(batch) - new
        self._on_progress(self._done, self._total)

    def _advance(self, size: int) -> None:
        self._done += size


def _unreadable(file: Path, error: OSError) -> FanzhaError:
    return FanzhaError(f"{file}: cannot be read ({error.strerror}); check its rights and the disk")
