"""Which entry covers an indicator, or has an appeal code: what an appeal is about."""

import base64
from datetime import datetime

from pipeline.appeal_code import appeal_code
from pipeline.indicators import host_of
from pipeline.nouns import Action, Decision, Indicator, Kind
from pipeline.store import Connection
from pipeline.store.decisions import decisions_beginning, heads_of

CODE_LENGTH = 10
"""Characters of the code by which an entry's decision is named."""

_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def listing_of(
    tx: Connection, indicator: Indicator, *, now: datetime, beside: Indicator | None = None
) -> Decision | None:
    """The live block that covers an indicator: its own, its host's, or that of a domain above.

    `beside` is an entry that is not to be counted.
    """
    candidates = [indicator]
    host = host_of(indicator)
    if host is not None:
        candidates.append(Indicator(Kind.HOST, host))
        labels = host.split(".")
        candidates += [Indicator(Kind.DOMAIN, ".".join(labels[n:])) for n in range(len(labels))]
    heads = heads_of(tx, list(dict.fromkeys(candidates)))
    for candidate in candidates:
        head = heads.get(candidate) if candidate != beside else None
        live = head is not None and (head.expires_at is None or head.expires_at > now)
        if head is not None and live and head.action is Action.BLOCK:
            return head
    return None


def entry_of_code(tx: Connection, code: str) -> Indicator | None:
    """The entry that an appeal code names (`pipeline.appeal_code`); None where no entry has it."""
    plain = "".join(code.upper().split())
    if len(plain) != CODE_LENGTH or set(plain) - set(_BASE32):
        return None
    # Ten characters are fifty bits: twelve hex digits of the id, and two bits that the check covers.
    prefix = base64.b32decode(plain + "A" * 6)[:6].hex()
    for decision in decisions_beginning(tx, prefix):
        if appeal_code(decision.id) == plain:
            return decision.indicator
    return None
