"""Who may register below a name: the Public Suffix List, from tldextract's bundled snapshot.

Names are A-label hosts in lower case. The ICANN and the private section are told apart; a top level
that the list does not know is a suffix by its prevailing rule `*` (publicsuffix.org/list).
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import can_ada

from pipeline.indicators.hosts import is_ip

_RESERVED = frozenset({"example", "test"})
"""Top levels that RFC 6761 keeps for documentation and practice; no list has them."""


@dataclass(frozen=True, slots=True)
class Suffix:
    """The public suffix of a name."""

    value: str
    private: bool
    """Of the list's private section: a platform that rents names, such as pages.dev."""


@cache
def _extractor() -> Any:
    import tldextract

    return tldextract.TLDExtract(
        suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True
    )


@lru_cache(maxsize=65_536)
def _split(host: str) -> tuple[str | None, Suffix]:
    """The registrable domain, if there is one, and the suffix."""
    labels = host.split(".")
    found = _extractor().extract_str(host)
    suffix = Suffix(found.suffix or labels[-1], bool(found.is_private))
    depth = suffix.value.count(".") + 1
    return (".".join(labels[-depth - 1 :]) if len(labels) > depth else None), suffix


def public_suffix(host: str) -> Suffix:
    """The suffix of a host: `co.uk`, or private `pages.dev`; for an address, the address itself."""
    return Suffix(host, False) if is_ip(host) else _split(host)[1]


def registrable_domain(host: str) -> str | None:
    """The part of a host that one party controls: `a.b.pages.dev` → `b.pages.dev`.

    None for an address and for a name that is itself a public suffix.
    """
    return None if is_ip(host) else _split(host)[0]


def is_public_suffix(name: str) -> bool:
    """Whether strangers register or rent names directly below this one."""
    return _may_be_suffix(name) and not is_ip(name) and _split(name)[0] is None


def is_above_public_suffix(name: str) -> bool:
    """Whether a public suffix lies below this name, as s3.amazonaws.com does below amazonaws.com.

    Such a name has an owner, and yet a block of it with all that is below would hit strangers.
    """
    return name in _above()


def has_known_top_level(host: str) -> bool:
    """Whether the last label is a top level of the list, or one kept for practice (RFC 6761)."""
    return host.rpartition(".")[2] in _RESERVED or bool(_extractor().extract_str(host).suffix)


def suffix_rules() -> frozenset[str]:
    """The rules of both sections as the Public Suffix List writes them, in A-labels: `com.cn`, `*.ck`.

    Only a name that is one, or whose parent stands behind `*.`, or without a dot, can be a suffix.
    """
    return _rules()


def _may_be_suffix(name: str) -> bool:
    """Whether a rule of the list names this very name: a quick test for lists of millions."""
    _, dot, above = name.partition(".")
    rules = _rules()
    return not dot or name in rules or f"*.{above}" in rules


@cache
def _rules() -> frozenset[str]:
    """The rules of both sections, in A-labels, without the exceptions to them."""
    rules = (rule for rule in _extractor().tlds if not rule.startswith("!"))
    return frozenset(r if r.isascii() else can_ada.idna_encode(r).decode() for r in rules)


@cache
def _above() -> frozenset[str]:
    above = set()
    for rule in (rule.lstrip("!") for rule in _extractor().tlds):
        plain = rule if rule.isascii() else can_ada.idna_encode(rule).decode()
        labels = plain.split(".")
        above |= {".".join(labels[n:]) for n in range(1, len(labels))}
    return frozenset(above)
