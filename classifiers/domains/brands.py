"""Whose name a site bears, and whether it is theirs: the brands of `brands.toml`."""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from classifiers.domains.characters import LOOK_ALIKES


@dataclass(frozen=True, slots=True)
class Brand:
    names: tuple[str, ...]
    tokens: frozenset[str]
    domains: tuple[str, ...]

    def owns(self, host: str) -> bool:
        """Whether a host is one of the brand's own."""
        return any(host == domain or host.endswith(f".{domain}") for domain in self.domains)


@lru_cache(maxsize=1)
def brands() -> tuple[Brand, ...]:
    """The brands that ship; read on first use."""
    return tuple(
        Brand(tuple(b["names"]), frozenset(b["tokens"]), tuple(b["domains"]))
        for b in _read()["brand"]
    )


def brands_version() -> int:
    """The version of the list, which a model was trained on."""
    return int(_read()["version"])


def _read() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "brands.toml").read_text(encoding="utf-8"))


def is_a_brands(host: str) -> bool:
    """Whether a host is one of any brand's own."""
    labels = host.split(".")
    parents = (".".join(labels[at:]) for at in range(len(labels)))
    return not _domains().isdisjoint(parents)


@lru_cache(maxsize=1)
def _domains() -> frozenset[str]:
    return frozenset(domain for brand in brands() for domain in brand.domains)


@lru_cache(maxsize=1)
def _names() -> tuple[tuple[str, Brand], ...]:
    return tuple((name, brand) for brand in brands() for name in brand.names)


def borrowed_name(title: str, copyright: str, host: str) -> str | None:
    """The brand name that a page puts into its title or copyright line on a host not the brand's."""
    shown = f"{title}\n{copyright}"
    for name, brand in _names():
        if name in shown and not brand.owns(host):
            return name
    return None


@lru_cache(maxsize=1)
def _tokens() -> frozenset[str]:
    return frozenset(token for brand in brands() for token in brand.tokens)


@lru_cache(maxsize=4096)
def borrowed_token(host: str) -> str | None:
    """The brand token in a host name that is not the brand's, look-alike letters folded."""
    pieces = _tokens().intersection(re.split(r"[.\-]", skeleton(host)))
    for brand in brands() if pieces else ():
        for token in sorted(brand.tokens & pieces):
            if not brand.owns(host):
                return token
    return None


def skeleton(host: str) -> str:
    """A host as a hurried eye reads it: IDN labels decoded, look-alike letters and digits folded.

    After UTS 39's idea of a skeleton, with the few look-alikes that are met in hosts.
    """
    plain = ".".join(_decoded(label).translate(LOOK_ALIKES) for label in host.split("."))
    plain = re.sub(r"(?<=[a-z])0+(?=[a-z])", lambda zeros: "o" * len(zeros.group()), plain)
    return re.sub(r"(?<=[a-z])1+(?=[a-z])", lambda ones: "l" * len(ones.group()), plain)


def _decoded(label: str) -> str:
    """An A-label as what it shows; a label that does not decode stays as it is."""
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError):
        return label
