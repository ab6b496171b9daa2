"""What an installation keeps of the industry's list: its own last notices, and those it was sent.

industry/own.jsonl              the notices of the last export, from which withdrawals follow
industry/received/SHA16.jsonl   files of other parties, whole and as they came, with their signatures
industry/parties/NAME.pub       the other parties' keys: `industry_parties`
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from pipeline.errors import FanzhaError
from pipeline.feeds.industry import (
    KINDS,
    Notice,
    concerned,
    in_force,
    is_earlier,
    notices_file,
    notices_in,
    pseudonym,
    refuse_untimely,
)
from pipeline.feeds.industry_parties import Parties, signature_of, signed_as
from pipeline.nouns import Action, Decision, Indicator, Kind
from pipeline.signatures import Signer

LIFE = timedelta(days=365)
"""Longest life of a notice of ours, from its export; a longer block is told again by a later one."""
LINE = 512
"""More bytes than a notice's line has."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A number or a subject that people confirmed, in the clear: it never leaves as such."""

    kind: str
    text: str
    grade: str
    issued_at: datetime
    expires_at: datetime


def confirmed_numbers(
    judged: Mapping[Indicator, Decision], *, days: int, now: datetime
) -> list[Confirmed]:
    """The numbers whose block by a person is live; `days` is the life of one that names no end."""
    found = []
    for decision in judged.values():
        end = decision.expires_at or decision.decided_at + timedelta(days=days)
        number = decision.indicator
        if number.kind is Kind.NUMBER and decision.action is Action.BLOCK and end > now:
            grade = decision.category.value if decision.category else "confirmed"
            found.append(Confirmed("number", number.value, grade, decision.decided_at, end))
    return found


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of another party's file."""

    notices: int
    proved: bool
    """Whether its signature was checked; not where no key of the party is known."""


@dataclass(frozen=True, slots=True)
class IndustryFolder:
    """The folder of one installation. Making one touches nothing."""

    folder: Path

    def export(
        self,
        out: Path,
        confirmed: Iterable[Confirmed],
        *,
        key: bytes,
        source: str,
        signer: Signer,
        now: datetime,
        kinds: Collection[str] = KINDS,
    ) -> tuple[int, int]:
        """Write our notices for the other parties, and beside them our signature (`.minisig`).

        Returns how many notices hold and how many are withdrawn. Raises `FanzhaError` where our name,
        `source`, is none.

        What the last export named and is confirmed no longer is withdrawn, and stays so until its
        notice would have expired anyway, so that a party which missed a file learns of it. `kinds` are
        those of which `confirmed` is the whole: notices of the others stay as they are.
        """
        holding = {
            (n.kind, n.pseudonym): n
            for c in confirmed
            for n in [
                Notice(
                    pseudonym(key, c.kind, c.text), c.kind, source, c.grade,
                    c.issued_at.isoformat(), min(c.expires_at, now + LIFE).isoformat(),
                )
            ]
        }  # fmt: skip
        last = _notices(self._own) if self._own.exists() else []
        left = [
            n
            for n in last
            if (n.kind, n.pseudonym) not in holding and datetime.fromisoformat(n.expires_at) > now
        ]
        holding |= {
            (n.kind, n.pseudonym): n for n in left if not n.withdrawn and n.kind not in kinds
        }
        withdrawn = [
            n if n.withdrawn else replace(n, withdrawn=True, issued_at=now.isoformat())
            for n in left
            if n.withdrawn or n.kind in kinds
        ]
        content = notices_file([*holding.values(), *withdrawn])
        _write(signature_of(out), signer.sign(content, signed_as(source)))
        for path in (out, self._own):
            _write(path, content)
        return len(holding), len(withdrawn)

    @property
    def parties(self) -> Parties:
        """The other parties' keys."""
        return Parties(self.folder / "parties")

    def take(
        self,
        path: Path,
        *,
        sender: str,
        now: datetime,
        signature: Path | None = None,
        unsigned: bool = False,
        most: int = 1_000_000,
    ) -> Taken:
        """Keep a file of another party, once. Its `signature` lies beside it by default.

        Raises `FanzhaError` where it is no whole file of notices, holds more than `most`, speaks for
        somebody else (a party may withdraw its own notices alone), of another time or for over a year,
        or is not signed by the sender; then nothing is kept. Where the sender's key is not known,
        nothing proves it, and it is taken only where that is said (`unsigned`); what was taken so
        lapses as soon as the key is known.
        """
        try:
            size = path.stat().st_size
            content = path.read_bytes() if size <= (most + 1) * LINE else b""
        except OSError as error:
            raise FanzhaError(f"{path}: cannot be read ({error.strerror})") from error
        if size > (most + 1) * LINE:
            raise _too_many(path, sender, most)
        signed = self.parties.check(
            path, content, sender=sender, signature=signature or signature_of(path)
        )
        if signed is None and not unsigned:
            raise FanzhaError(
                f"{path}: the key of {sender} is not known, so nothing proves that the file is its own; get "
                f"the key by a safe way and say `fanzha industry trust {sender} KEY`, or take it with "
                "--unsigned until you have it"
            )
        notices = notices_in(content, path)
        if len(notices) > most:
            raise _too_many(path, sender, most)
        others = sorted({n.source for n in notices} - {sender})
        if others:
            raise FanzhaError(
                f"{path}: expected notices of {sender} alone, and some are of {others[0]}; each party "
                "sends its own"
            )
        refuse_untimely(notices, path, now=now)
        kept = self._received / f"{hashlib.sha256(content).hexdigest()[:16]}.jsonl"
        _write(kept, content)
        if signed is not None:
            # Who sent it can be shown long after, too.
            _write(signature_of(kept), signed)
        return Taken(len(notices), proved=signed is not None)

    def received(self) -> list[Notice]:
        """Every notice that other parties sent, without those that lapsed.

        What a known party did not sign with its key of now lapsed, and what is of an earlier form.
        """
        found: list[Notice] = []
        for path in sorted(self._received.glob("*.jsonl")):
            notices = _notices(path)
            if notices and self.parties.vouches(path, path.read_bytes(), sender=notices[0].source):
                found += notices
        return found

    def holding(self, *, now: datetime) -> list[Notice]:
        """The notices of other parties in force now."""
        return sorted(n for found in in_force(self.received(), now=now).values() for n in found)

    def concerned(
        self, key: bytes, kind: str, own: Iterable[str], *, now: datetime
    ) -> Mapping[str, list[Notice]]:
        """Which of our own numbers or subjects are concerned, and by which notices."""
        return concerned(key, kind, own, self.received(), now=now)

    @property
    def _own(self) -> Path:
        return self.folder / "own.jsonl"

    @property
    def _received(self) -> Path:
        return self.folder / "received"


def _notices(path: Path) -> list[Notice]:
    """The notices of a file that was kept; none where it is of an earlier form."""
    content = path.read_bytes()
    return [] if is_earlier(content) else notices_in(content, path)


def _too_many(path: Path, sender: str, most: int) -> FanzhaError:
    return FanzhaError(
        f"{path}: more than {most:,} notices, which no party has; ask {sender} what it is, and raise "
        "feeds.industry_notices if it is right"
    )


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".part")
    draft.write_bytes(content)
    draft.replace(path)
