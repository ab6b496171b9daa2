"""The industry's blacklist: confirmed numbers and subjects between carriers, without naming any.

Each line carries a pseudonym, an HMAC-SHA256 under a key that the parties agreed on, and never a
number or a name. A carrier makes the pseudonyms of its own subscribers and looks which are there;
the others it cannot tell apart from noise without asking about each number of the country, which the
agreement forbids and which is why keys are for one agreement, one purpose and one year. (Eleven
digits can be tried out by whoever holds the key: the pseudonym protects against everybody else.)

The form, `fanzha-industry@2`, is described in `docs/feeds.md`; in @1 the text of a subject was taken as
it came, so that two carriers never met.
"""

import hmac
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pipeline.errors import FanzhaError
from pipeline.feeds.subjects import canonical_subject

FAMILY = "fanzha-industry@"
FORMAT = f"{FAMILY}2"
KINDS = ("number", "subject")
WORD = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")
"""What a source and a grade are made of: they are shown, and sources name files."""
AHEAD = timedelta(hours=1)
"""By how much another party's clock may be ahead of ours."""
LONGEST = timedelta(days=366)
"""Longest that a notice may have to live from now: nobody is on the list for good."""


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
    """The keyed pseudonym of a number or a subject, in hex.

    A number is a canonical indicator's value (E.164, or a short code); a subject's document is brought
    into the form of `canonical_subject` here. Raises `FanzhaError` where it is none.
    """
    if kind not in KINDS:
        raise FanzhaError(f"industry: expected a kind of {', '.join(KINDS)}, got {kind!r}")
    if kind == "subject":
        text = canonical_subject(text)
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
        notices = [_notice(json.loads(line)) for line in lines[1:]]
        if head.get("format") != FORMAT or head.get("notices") != len(notices):
            told = f"{head.get('format')!r} with {head.get('notices')!r}"
            raise ValueError(f"{len(notices)} notices, the head says {told}")
    except (ValueError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise FanzhaError(
            f"{path}: expected a whole {FORMAT} file ({error}); ask for it again"
        ) from error
    return notices


def is_earlier(content: bytes) -> bool:
    """Whether content is of a form of before, whose pseudonyms match none of today's."""
    head = content.partition(b"\n")[0].decode(errors="replace")
    found = re.search(rf'"format": *"{FAMILY}(\d+)"', head)
    return found is not None and f"{FAMILY}{found[1]}" != FORMAT


def _notice(row: Any) -> Notice:
    """A line as a notice. Raises `ValueError` where a field is missing, too much or of another form."""
    wanted = {field.name for field in fields(Notice)}
    if not isinstance(row, dict) or set(row) != wanted:
        raise ValueError(f"a line has not the fields {', '.join(sorted(wanted))}")
    if not isinstance(row["withdrawn"], bool):
        raise ValueError("withdrawn is neither true nor false")
    if not all(isinstance(row[name], str) for name in wanted - {"withdrawn"}):
        raise ValueError("a field is no text")
    if not re.fullmatch(r"[0-9a-f]{64}", row["pseudonym"]) or row["kind"] not in KINDS:
        raise ValueError("a pseudonym or kind is none")
    if not all(WORD.fullmatch(row[name]) for name in ("source", "grade")):
        raise ValueError("a source or grade is no short word of a-z, 0-9 and '-'")
    notice = Notice(**row)
    if _moment(notice.expires_at) < _moment(notice.issued_at):
        raise ValueError("a notice expires before it is issued")
    return notice


def refuse_untimely(notices: Iterable[Notice], path: Path, *, now: datetime) -> None:
    """Raise `FanzhaError` where a notice is issued in the future or would hold for over a year.

    One dated ahead could not be withdrawn until then, since the newest word of a source counts.
    """
    for notice in notices:
        if _moment(notice.issued_at) > now + AHEAD:
            raise FanzhaError(
                f"{path}: a notice is issued at {notice.issued_at}, which is in the future; ask "
                f"{notice.source} to mend its clock and send the file again"
            )
        if _moment(notice.expires_at) > now + LONGEST:
            raise FanzhaError(
                f"{path}: a notice holds until {notice.expires_at}, and none may for more than "
                f"{LONGEST.days} days from now; ask {notice.source} for shorter ones"
            )


def in_force(notices: Iterable[Notice], *, now: datetime) -> dict[tuple[str, str], list[Notice]]:
    """(pseudonym, source) → its notices that hold now: the newest of each source and kind counts.

    What is issued in the future says nothing yet.
    """
    newest: dict[tuple[str, str, str], Notice] = {}
    for notice in notices:
        if _moment(notice.issued_at) > now + AHEAD:
            continue
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


def _order(notice: Notice) -> tuple[datetime, bool, datetime]:
    return _moment(notice.issued_at), notice.withdrawn, _moment(notice.expires_at)


def concerned(
    key: bytes, kind: str, own: Iterable[str], notices: Iterable[Notice], *, now: datetime
) -> Mapping[str, list[Notice]]:
    """Which of a carrier's *own* numbers or subjects a notice in force concerns, and nothing else."""
    listed: dict[str, list[Notice]] = {}
    for (name, _), items in in_force(notices, now=now).items():
        listed.setdefault(name, []).extend(n for n in items if n.kind == kind)
    hits = {text: listed.get(pseudonym(key, kind, text), []) for text in own}
    return {text: sorted(found) for text, found in hits.items() if found}
