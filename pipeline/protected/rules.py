"""The rules of protection: which indicators are refused, by which rule, and why in two languages."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_address

from pipeline.indicators import (
    host_of,
    is_above_public_suffix,
    is_front_path,
    is_ip,
    is_public_suffix,
    public_suffix,
    registrable_domain,
)
from pipeline.nouns import Indicator, Kind
from pipeline.protected.ranks import NO_RANKS, Ranks

Network = IPv4Network | IPv6Network


class Reach(StrEnum):
    """How far the protection of a name goes."""

    ALL = "all"
    """The name, every name below it, and every URL on them."""
    NAMES = "names"
    """The name and every name below it; a URL with a path may be listed."""
    ITSELF = "itself"
    """The name alone, and the URL of its root; what tenants have below it may be listed."""


@dataclass(frozen=True, slots=True)
class Shield:
    """Why something is protected, and how far."""

    kind: str
    zh: str
    en: str
    reach: Reach = Reach.ALL


@dataclass(frozen=True, slots=True)
class Refusal:
    """An indicator may not be listed: by which rule, and the sentence for whoever asks."""

    rule: str
    """A stable slug: `public-suffix`, `platform`, `protected`, `covers-protected`, `address`, `number`."""
    reason_zh: str
    reason_en: str


@dataclass(frozen=True)
class Protected:
    """Everything protected. Pure: it never touches the network, a file or a clock."""

    names: Mapping[str, Shield]
    """Domain name → shield; the deepest name at or above a host decides."""
    numbers: Mapping[str, Shield]
    """Number, E.164 or short code → shield."""
    patterns: tuple[tuple[re.Pattern[str], Shield], ...] = ()
    """Patterns of whole short codes."""
    networks: tuple[tuple[Network, Shield], ...] = ()
    ranks: Ranks = NO_RANKS
    """Ranks by traffic, of every name in the rank files, protected or not."""
    version: str = "0"
    """Number of the shipped list and a digest of all that was put together."""

    def refusal(self, indicator: Indicator) -> Refusal | None:
        """Why an indicator may not be listed; None where it may.

        The narrow may pass where the wide is refused: on a platform a URL with a path, or a tenant's
        host, may be listed although the platform may not.
        """
        if indicator.kind is Kind.NUMBER:
            return self.refuse_number(indicator.value)
        host = host_of(indicator)
        if host is None:
            return None
        # A query does not make it less the front page: whoever drops it blocks the whole.
        page = indicator.kind is Kind.URL and not is_front_path(indicator.value)
        if is_ip(host):
            return self._refuse_address(host, page=page)
        return self.refuse_name(host, page=page, below=indicator.kind is Kind.DOMAIN)

    def is_shared(self, host: str) -> bool:
        """Whether strangers share this host's name, or the domain above it, as on a platform.

        There, list the tenant's host or the one URL, never the registrable domain.
        """
        if is_ip(host):
            return any(
                ip_address(host) in network for network, s in self.networks if s.kind == _CDN
            )
        shield = self._deepest(host)
        return public_suffix(host).private or (shield is not None and shield[1].kind == _PLATFORM)

    def rank(self, host: str) -> int | None:
        """The rank by traffic of a host, or of the nearest name above it that one registers.

        A tenant of a platform has not its platform's rank. None where no rank file names it.
        """
        lowest = registrable_domain(host) or host
        for name in _upwards(host):
            found = self.ranks.of_name(name)
            if found is not None or name == lowest:
                return found
        return None

    def refuse_name(self, name: str, *, page: bool, below: bool) -> Refusal | None:
        """The refusal of a host name.

        `page`: only one URL with a path on it is meant. `below`: all names below it are meant too.
        """
        if page:
            shield = self._deepest(name)
            if shield is None or shield[1].reach is not Reach.ALL:
                return None
            return _protected(name, *shield)
        if is_public_suffix(name):
            return Refusal(
                "public-suffix",
                f"{name} 是公共后缀,其下的域名属于互不相关的人",
                f"{name} is a public suffix: strangers register names below it",
            )
        shield = self._deepest(name)
        if shield is not None and not (shield[1].reach is Reach.ITSELF and shield[0] != name):
            return _protected(name, *shield)
        if below and (name in self._above or is_above_public_suffix(name)):
            return Refusal(
                "covers-protected",
                f"封堵 {name} 的全部子域会连带封堵受保护的名称或公共后缀",
                f"all names below {name} include a protected name or a public suffix",
            )
        return None

    def refuse_number(self, value: str) -> Refusal | None:
        """The refusal of a phone number in canonical form.

        A short code may be dialled behind an area code (0571 96110): that is the same service.
        """
        area = _AREA_SHORT.fullmatch(value)
        shield = self._number(value) or (self._number(area[1]) if area else None)
        if shield is None:
            return None
        return Refusal("number", f"{value}:{shield.zh}", f"{value}: {shield.en}")

    def _number(self, value: str) -> Shield | None:
        found = self.numbers.get(value)
        if found is None and not value.startswith("+"):
            found = next((s for pattern, s in self.patterns if pattern.fullmatch(value)), None)
        return found

    @property
    def above(self) -> frozenset[str]:
        """The names above protected ones."""
        return self._above

    def _refuse_address(self, host: str, *, page: bool) -> Refusal | None:
        address = ip_address(host)
        for network, shield in self.networks:
            if address in network and not (page and shield.kind == _CDN):
                return Refusal("address", f"{host}:{shield.zh}", f"{host}: {shield.en}")
        return None

    def _deepest(self, name: str) -> tuple[str, Shield] | None:
        """The deepest protected name at or above this one, and its shield.

        A private public suffix on the way up (pages.dev) cuts it off from whoever owns the suffix.
        """
        for part in _upwards(name):
            shield = self.names.get(part)
            if shield is not None:
                suffix = public_suffix(name)
                cut_off = suffix.private and len(part) < len(suffix.value)
                return None if cut_off else (part, shield)
        return None

    @cached_property
    def _above(self) -> frozenset[str]:
        return frozenset(part for name in self.names for part in _upwards(name) if part != name)


_AREA_SHORT = re.compile(
    r"(?:0|\+86)(?:10|2\d|[3-9]\d\d)(1[12]\d|1[0-2]\d{3}|11[68]114|9[56]\d{3,4})", re.ASCII
)
"""A short code behind an area code; subscribers' lines there have seven or eight digits."""

_PLATFORM = "platform"
_CDN = "shared-address"


def _upwards(name: str) -> Iterator[str]:
    while True:
        yield name
        _, dot, name = name.partition(".")
        if not dot:
            return


def _protected(name: str, at: str, shield: Shield) -> Refusal:
    rule = "platform" if shield.kind == _PLATFORM else "protected"
    where = name if name == at else f"{name} ({at})"
    return Refusal(rule, f"{where}:{shield.zh}", f"{where}: {shield.en}")
