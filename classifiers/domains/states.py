"""Pages that show a state rather than content: never judged honest, never judged fraudulent."""

from classifiers.domains.site import Site
from pipeline.nouns import Label, Reason

_LABELS: dict[str, Label] = {
    "parked": Label.PARKED,
    "expired-hosting": Label.PARKED,
    "dead": Label.DEAD,
    "soft-404": Label.DEAD,
    "dns-nxdomain": Label.DEAD,
    "connect-error": Label.DEAD,
    "timeout": Label.DEAD,
    "dns-error": Label.UNKNOWN,
    "refused-address": Label.UNKNOWN,
    "bad-scheme": Label.UNKNOWN,
    "tls-error": Label.UNKNOWN,
    "too-large": Label.UNKNOWN,
    "too-many-redirects": Label.UNKNOWN,
    "http-error": Label.UNKNOWN,
    "unreadable": Label.UNKNOWN,
    "not-visited": Label.UNKNOWN,
    "empty": Label.UNKNOWN,
    "blocked": Label.UNKNOWN,
}
"""What is known of a page in each state; `live` is not here, because a live page is judged."""

_SENTENCES: dict[Label, tuple[str, str]] = {
    Label.PARKED: (
        "域名停放或主机到期，没有内容可判断",
        "the domain is parked or its hosting expired",
    ),
    Label.DEAD: ("站点无法访问或页面已不存在", "the site does not answer or the page is gone"),
    Label.UNKNOWN: ("没有取得可判断的内容", "nothing was read that could be judged"),
}

UNKNOWN_PROBABILITY = 0.1
"""Said of what nobody could read: nothing was seen, and nothing hides. Below the threshold of review."""
HIDING_PROBABILITY = 0.4
"""Said of what answers and will not be read. A person must look: above the threshold of review."""
_HIDING = frozenset(
    {"too-large", "too-many-redirects", "http-error", "unreadable", "blocked", "tls-error"}
)
"""Browsers put up with more than our client does: a header line of 9 KB is an `http-error` to us alone."""


def state_probability(site: Site, label: Label) -> float:
    """The probability that goes with a state; 0 where nothing is there to be fraud."""
    if label is not Label.UNKNOWN:
        return 0.0
    return HIDING_PROBABILITY if site.state in _HIDING else UNKNOWN_PROBABILITY


def is_cut(site: Site) -> bool:
    """Whether only the beginning of the page was read; what stands behind the cut nobody knows."""
    facts = site.evidence.facts
    return (
        site.fact("http.body").get("truncated") is True and facts.get("page.rendered") is not True
    )


def state_reason(site: Site) -> tuple[Label, Reason] | None:
    """The label of a page that shows a state, with its reason; None where there is content to judge."""
    label = _LABELS.get(site.state)
    if label is None and site.page:
        return None
    label = label or Label.UNKNOWN
    zh, en = _SENTENCES[label]
    state = site.state or "not-crawled"
    return label, Reason(f"state-{state}", 0.0, zh, en, state)
