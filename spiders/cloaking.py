"""What a site shows to a phone and hides from an office computer, or the other way round."""

from pipeline.nouns import Json
from spiders.extract.hashes import simhash_distance
from spiders.extract.links import same_site
from spiders.urls import target_of
from spiders.visit import Visit

_MATERIAL = 0.3
"""Differences below this are a clock, a greeting, or another layout of the same words."""
_UNRELATED_BITS = 24
"""Simhash bits that differ between texts that have nothing to do with each other."""
_GOOD_STATES = {"ok", "too-large"}


def cloaking(visit: Visit) -> dict[str, Json] | None:
    """The `page.cloaking` observation: a material difference between the profiles, or None.

    A twin that merely failed to answer says nothing: a busy site may drop any visitor.
    """
    twin = visit.twin
    if twin is None or twin.state not in _GOOD_STATES or not visit.final or not twin.final:
        return None
    difference = _difference(visit, twin)
    if difference < _MATERIAL:
        return None
    return {"mobile": _told(visit), "desktop": _told(twin), "difference": round(difference, 3)}


def _difference(one: Visit, other: Visit) -> float:
    if not same_site(_host(one), _host(other)):
        return 1.0
    if one.page is None or other.page is None:
        return 0.0 if one.page is other.page else 1.0
    if one.page["state"] != other.page["state"] and "live" in {
        one.page["state"],
        other.page["state"],
    }:
        return 1.0
    if max(one.page["text_length"], other.page["text_length"]) < _UNRELATED_BITS:
        return 0.0
    bits = simhash_distance(one.page["text_simhash"], other.page["text_simhash"])
    return min(1.0, bits / _UNRELATED_BITS)


def _host(visit: Visit) -> str:
    return target_of(visit.hops[-1].exchange.url).host


def _told(visit: Visit) -> dict[str, Json]:
    final, page = visit.hops[-1].exchange, visit.page
    return {
        "final_url": final.url,
        "status": final.status,
        "title": page["title"] if page else None,
        "state": page["state"] if page else None,
        "text": page["text"][:500] if page else None,
        "text_length": page["text_length"] if page else 0,
        "fields": sorted(
            {f["meaning"] for form in page["forms"] for f in form["fields"] if f["meaning"]}
        )
        if page
        else [],
    }
