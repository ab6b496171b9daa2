"""One visit that showed several pages: each is judged, and the gravest verdict is the visit's.

A page that leads on by a script may show itself to a victim and its target to us, or the other way round.
Whichever of them is fraud, the site is.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from classifiers.domains.site import Site
from classifiers.domains.states import UNKNOWN_PROBABILITY
from pipeline.nouns import Evidence, Json, Label, Reason, Verdict

_GRAVITY = (
    Label.MALICIOUS,
    Label.COMPROMISED,
    Label.UNKNOWN,
    Label.BENIGN,
    Label.PARKED,
    Label.DEAD,
)
_ACQUITTED = frozenset({Label.BENIGN, Label.PARKED, Label.DEAD})
_MOST = 6


def pages_beside(evidence: Evidence) -> list[Evidence]:
    """The evidence as it would be, had the visit ended at each of `page.beside`."""
    found = evidence.facts.get("page.beside")
    entries = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return [replace(evidence, facts=_as_final(evidence.facts, one)) for one in entries[:_MOST]]


def _as_final(facts: Any, entry: dict[str, Json]) -> dict[str, Json]:
    page = entry.get("page")
    page = page if isinstance(page, dict) else None
    kept = {name: value for name, value in facts.items() if name not in {"page", "page.state"}}
    shown = {} if page is None else {"page": page, "page.state": page.get("state")}
    return {
        **kept,
        **shown,
        "http.state": entry.get("state"),
        "http.final_url": entry.get("url"),
        "http.status": entry.get("status"),
        "http.body": {"truncated": entry.get("truncated")},
        "page.rendered": entry.get("rendered"),
    }


def is_unread(site: Site) -> bool:
    """Whether it is a page of `page.beside` that only a browser could read, and none did: it is no
    content to judge, and no reason to call the rest honest."""
    shell = bool(site.page.get("needs_rendering"))
    return shell and site.evidence.facts.get("page.rendered") is not True


def unread(site: Site, model: str) -> Verdict:
    """The verdict on such a page."""
    reason = Reason(
        "beside-unread",
        0.0,
        "另一页面须用浏览器才能看到，尚未看到",
        "another page shows itself only to a browser, and was not seen in one",
    )
    return Verdict(
        indicator=site.evidence.indicator,
        label=Label.UNKNOWN,
        category=None,
        probability=UNKNOWN_PROBABILITY,
        reasons=(reason,),
        evidence_digest=site.evidence.digest,
        model=model,
        at=site.now,
    )


def gravest(evidence: Evidence, own: Verdict, others: Sequence[Verdict]) -> Verdict:
    """The verdict of a visit: on the page at its end, or on one beside it that says worse."""
    every = [own, *others]
    place = max(range(len(every)), key=lambda n: _gravity(every[n]))
    worst = every[place]
    unknown = next((n for n, one in enumerate(every) if one.label is Label.UNKNOWN), None)
    if worst.label in _ACQUITTED and unknown is not None:
        # What is honest as far as it was read is not honest where part of it was not.
        place, worst = unknown, replace(every[unknown], probability=worst.probability)
    if place == 0:
        return worst
    where = _address(pages_beside(evidence)[place - 1])
    beside = Reason(
        "page-beside",
        0.0,
        "判断依据是同一次访问中的另一页面",
        "judged by another page of the same visit",
        where,
    )
    return replace(worst, reasons=(beside, *worst.reasons), evidence_digest=evidence.digest)


def _gravity(verdict: Verdict) -> tuple[bool, bool, float, int]:
    """Malicious first, then hacked; of the rest the likeliest fraud, and of equals what is known least."""
    return (
        verdict.label is Label.MALICIOUS,
        verdict.label is Label.COMPROMISED,
        verdict.probability,
        -_GRAVITY.index(verdict.label),
    )


def _address(evidence: Evidence) -> str:
    return str(evidence.facts.get("http.final_url") or "")[:200]
