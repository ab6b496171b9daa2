"""The industry's blacklist: confirmed numbers and subjects between carriers, without naming any.

Each line carries a pseudonym, an HMAC-SHA256 under a key that the parties agreed on, and never a
number or a name. A carrier makes the pseudonyms of its own subscribers and looks which are there;
the others it cannot tell apart from noise without asking about each number of the country, which the
agreement forbids and which is why keys are for one agreement, one purpose and one year. (Eleven
digits can be tried out by whoever holds the key: the pseudonym protects against everybody else.)
"""

import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from pipeline.errors import FanzhaError

FORMAT = "fanzha-industry@1"
KINDS = ("number", "subject")


@dataclass(frozen=True, slots=True, order=True)
class Notice:
    """One confirmed number or subject, or its withdrawal."""

    pseudonym: str
    kind: str
    source: str
    grade: str
    issued_at: str
    expires_at: str
    withdrawn: bool = False


def pseudonym(key: bytes, kind: str, text: str) -> str:
    """The keyed pseudonym of a number (E.164) or a subject (identity document), in hex."""
    if kind not in KINDS:
        raise FanzhaError(f"industry: expected a kind of {', '.join(KINDS)}, got {kind!r}")
    return hmac.digest(key, f"{FORMAT}:{kind}:{text}".encode(), "sha256").hex()


def notices_file(notices: Iterable[Notice]) -> bytes:
    """The content of a file of notices, sorted, so that its order tells nothing."""
    unique = sorted(set(notices))
    head = json.dumps({"format": FORMAT, "notices": len(unique)})
    lines = [json.dumps(asdict(notice), sort_keys=True) for notice in unique]
    return ("\n".join([head, *lines]) + "\n").encode()


def read_notices(path: Path) -> list[Notice]:
    """Read a file of notices. Raises `FanzhaError` where it is none, or cut short."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FanzhaError(
            f"{path}: cannot be read ({error.strerror}); is the name right?"
        ) from error
    return notices_in(content, path)


def notices_in(content: bytes, path: Path) -> list[Notice]:
    """The notices in the content of the file at `path`. Raises `FanzhaError` like `read_notices`."""
    try:
        lines = content.decode().splitlines()
        head = json.loads(lines[0])
        notices = [Notice(**json.loads(line)) for line in lines[1:]]
        for notice in notices:
            _moment(notice.expires_at)
            _moment(notice.issued_at)
        if head.get("format") != FORMAT or head.get("notices") != len(notices):
            raise ValueError(f"{len(notices)} notices, the head says {head.get('notices')}")
    except (ValueError, TypeError, IndexError, AttributeError) as error:
        raise FanzhaError(
            f"{path}: expected a whole {FORMAT} file ({error}); ask for it again"
        ) from error
    return notices


def in_force(notices: Iterable[Notice], *, now: datetime) -> dict[tuple[str, str], list[Notice]]:
    """(pseudonym, source) → its notices that hold now: the newest of each source and kind counts."""
    newest: dict[tuple[str, str, str], Notice] = {}
    for notice in notices:
        place = (notice.pseudonym, notice.source, notice.kind)
        known = newest.get(place)
        if known is None or _order(notice) >= _order(known):
            newest[place] = notice
    found: dict[tuple[str, str], list[Notice]] = {}
    for (name, source, _), notice in newest.items():
        if not notice.withdrawn and _moment(notice.expires_at) > now:
            found.setdefault((name, source), []).append(notice)
    return found


def _moment(text: str) -> datetime:
    """A time of a notice. Raises `ValueError` where it names no zone: nobody knows when it is then."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} names no zone")
    return moment


def _order(notice: Notice) -> tuple[datetime, bool]:
    return _moment(notice.issued_at), notice.withdrawn


def concerned(
    key: bytes, kind: str, own: Iterable[str], notices: Iterable[Notice], *, now: datetime
) -> Mapping[str, list[Notice]]:
    """Which of a carrier's *own* numbers or subjects a notice in force concerns, and nothing else."""
    listed: dict[str, list[Notice]] = {}
    for (name, _), items in in_force(notices, now=now).items():
        listed.setdefault(name, []).extend(n for n in items if n.kind == kind)
    hits = {text: listed.get(pseudonym(key, kind, text), []) for text in own}
    return {text: sorted(found) for text, found in hits.items() if found}
