"""What the public may know of why a block was decided: chosen from its verdict when it is decided.

A verdict's reasons are some kilobytes; a release of a million entries reads these few sentences
instead, and says for ever what was said when it was decided.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from sqlalchemy import Column, Connection, Table, Text, select

from pipeline.nouns import Json, canonical_json
from pipeline.store.schema import insert_new, metadata
from pipeline.store.verdicts import verdicts

public_reasons = Table(
    "public_reasons",
    metadata,
    Column("decision", Text, primary_key=True),
    Column("reasons", Text, nullable=False),
    # In the order of the ids, as releases read them.
    sqlite_with_rowid=False,
)

_MOST = 3
_FEW = 500
"""Decisions that are asked for by their ids."""
_CALLS, _REPORTED = "number.", "number.reported"


def public(reasons: Iterable[Json]) -> list[Json]:
    """The strongest reasons that speak for fraud, without what they weigh and what they quote.

    How a subscriber uses a number is his own affair, also when it gave him away: reasons out of
    call records are for analysts. That a number was reported may be said.
    """
    shown = [
        r
        for r in reasons
        if r["weight"] > 0 and (r["id"] == _REPORTED or not r["id"].startswith(_CALLS))
    ]
    shown.sort(key=lambda r: (-r["weight"], r["id"]))
    return [{"id": r["id"], "zh": _plain(r["zh"]), "en": _plain(r["en"])} for r in shown[:_MOST]]


def keep_public_reasons(connection: Connection, behind: Sequence[tuple[str, str]]) -> None:
    """For blocks and the verdicts that they rest on (ids of both), keep what the public may know."""
    rows = []
    for decision, verdict in behind:
        reasons = connection.scalar(select(verdicts.c.reasons).where(verdicts.c.id == verdict))
        if shown := public(reasons or ()):
            rows.append({"decision": decision, "reasons": canonical_json(shown).decode()})
    insert_new(connection, public_reasons, rows)


def reasons_behind(connection: Connection, wanted: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Ids of decisions, ascending → in the same order, the reasons of those that have any.

    The reasons are canonical JSON, `[{"en","id","zh"}]`, the strongest first. Streams.
    """
    query = select(public_reasons.c.decision, public_reasons.c.reasons)
    rest = iter(wanted)
    few = list(islice(rest, _FEW + 1))
    if len(few) <= _FEW:
        query = query.where(public_reasons.c.decision.in_(few))
        yield from sorted((row.decision, row.reasons) for row in connection.execute(query))
        return
    # One pass in the table's own order: a fifth of the CPU of asking for the ids.
    kept = connection.execute(
        query.order_by(public_reasons.c.decision).execution_options(yield_per=1000)
    )
    ids = chain(few, rest)
    wish = next(ids, None)
    for decision, reasons in kept:
        while wish is not None and wish < decision:
            wish = next(ids, None)
        if wish is None:
            break
        if wish == decision:
            yield decision, reasons
    kept.close()


def _plain(sentence: str) -> str:
    """Without control characters and the like: a sentence may name words of a hostile page."""
    if sentence.isprintable():
        return sentence
    return "".join(char if char.isprintable() else " " for char in sentence)
