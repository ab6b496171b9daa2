"""The same question again: a carrier that asks every few seconds whether anything is new.

Such a question has the answer of the time before, as long as the same release is the newest, and
nobody has changed who may download. Both are looked at each time; nothing else needs to be.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blocklists.server.bodies import Answer
from blocklists.server.gate import Pass

MOST = 4096
"""Questions that one worker remembers."""
LONGEST = 512
"""Bytes of entity tags that a question may have to be remembered."""
LATEST = "/v1/latest/"

Question = tuple[str, str, str | None, bytes, bytes, bytes | None]
"""Method, path, address, authorization, entity tags, codings."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """What was answered, to whom, and on what that rests."""

    who: Pass
    serial: int
    """The newest release."""
    stamp: int
    """State of the book of consumers."""
    answer: Answer
    name: str
    line: bytes
    """Its line for the audit log, without the time."""


class Repeats:
    """Answers 304 to questions for files of the newest release, by question."""

    def __init__(self) -> None:
        self._known: dict[Question, Repeat] = {}

    def of(self, question: Question, *, serial: int, stamp: int) -> Repeat | None:
        """What was answered, where that still holds; None where it must be looked up."""
        found = self._known.get(question)
        if found is None or found.serial != serial or found.stamp != stamp:
            return None
        return found

    def keep(self, question: Question, repeat: Repeat) -> None:
        """Remember an answer."""
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[question] = repeat


def question_of(scope: Mapping[str, Any], headers: Mapping[bytes, bytes]) -> Question | None:
    """The question of a request; None where it is not of this kind."""
    tags, who = headers.get(b"if-none-match"), headers.get(b"authorization")
    path = scope["path"]
    if tags is None or who is None or scope["query_string"] or not path.startswith(LATEST):
        return None
    if len(tags) > LONGEST:
        return None
    client = scope.get("client")
    address = client[0] if client else None
    return scope["method"], path, address, who, tags, headers.get(b"accept-encoding")
