"""Put the protection together: the shipped list, the analyst's file, settings and imported lists."""

import re
import tomllib
from importlib.resources import files
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from pipeline.errors import FanzhaError
from pipeline.nouns import digest
from pipeline.protected.imports import a_labels, read_rank, read_warninglist, shields_of
from pipeline.protected.ranks import Ranks
from pipeline.protected.rules import Network, Protected, Reach, Shield
from pipeline.settings import Settings

ANALYST_FILE = "protected.toml"
"""The analyst's own file, below the home folder; in the format of the shipped one."""

_EXTRA = Shield("configured", "由设置列为受保护", "protected by settings")
_EXTRA_PLATFORM = Shield(
    "platform",
    "由设置列为出租子域名的平台",
    "by settings, a platform that rents out names below its own",
    Reach.ITSELF,
)
_EXTRA_PATHS = Shield(
    "platform",
    "由设置列为按路径发布用户内容的平台",
    "by settings, a platform where users publish under paths",
    Reach.NAMES,
)


def load(settings: Settings) -> Protected:
    """Everything protected under these settings.

    Later sources win over earlier ones on the same name: shipped list, imported files, analyst's
    file, settings. Raises `FanzhaError` where a file cannot be read as what its name says.
    """
    shipped = files("pipeline") / "data" / "protected.toml"
    gathered = _Gathered()
    version = gathered.add_toml(shipped.read_text("utf-8"), "pipeline/data/protected.toml")
    chosen = settings.protected
    for path in chosen.files:
        gathered.add_file(path, rank_limit=chosen.rank_limit)
    analyst = settings.home / ANALYST_FILE
    if analyst.is_file():
        gathered.add_file(analyst, rank_limit=chosen.rank_limit)
    for setting, names, shield in (
        ("names", chosen.names, _EXTRA),
        ("platforms", chosen.platforms, _EXTRA_PLATFORM),
        ("path_platforms", chosen.path_platforms, _EXTRA_PATHS),
    ):
        where = f"the setting protected.{setting}"
        gathered.names.update({a_labels(name, where): shield for name in names})
    gathered.numbers.update(dict.fromkeys(chosen.numbers, _EXTRA))
    opened = [ip_network(network) for network in settings.crawl.allow_networks]
    return gathered.protected(version, opened)


class _Gathered:
    """What was read so far."""

    def __init__(self) -> None:
        self.names: dict[str, Shield] = {}
        self.numbers: dict[str, Shield] = {}
        self.patterns: list[tuple[re.Pattern[str], Shield]] = []
        self.networks: list[tuple[Network, Shield]] = []
        self.ranked: dict[str, int] = {}

    def add_file(self, path: Path, *, rank_limit: int) -> None:
        """Read a file of names by what its ending says it is."""
        try:
            text = path.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise FanzhaError(
                f"protected: {path} cannot be read as UTF-8 text ({error}); mend it, or take it out "
                "of the setting protected.files"
            ) from error
        if path.suffix == ".toml":
            self.add_toml(text, str(path))
        elif path.suffix == ".json":
            names, networks = read_warninglist(text, str(path))
            self.names.update(names)
            self.networks += networks
        elif path.suffix == ".csv":
            ranked = read_rank(text, str(path))
            self.ranked.update(ranked)
            shields = shields_of(ranked, limit=rank_limit)
            # A rank says that many people go there, not that it is more than the name it is.
            self.names.update({n: s for n, s in shields.items() if n not in self.names})
        else:
            raise FanzhaError(
                f"protected: {path} should be .toml (Fanzha's own format), .json (a MISP warninglist) "
                "or .csv (`rank,domain`); rename it"
            )

    def add_toml(self, text: str, where: str) -> int:
        """Read Fanzha's own format; returns its version number."""
        try:
            tables = tomllib.loads(text)
            for group in tables.get("names", []):
                shield = _shield(group, Reach(group.get("reach", "all")))
                self.names.update({a_labels(name, where): shield for name in group["names"]})
            for group in tables.get("numbers", []):
                shield = _shield(group)
                self.numbers.update(dict.fromkeys(group.get("numbers", []), shield))
                self.patterns += [(re.compile(p), shield) for p in group.get("patterns", [])]
            for group in tables.get("networks", []):
                shield = _shield(group)
                self.networks += [(ip_network(n), shield) for n in group["networks"]]
            return int(tables.get("version", 0))
        except (tomllib.TOMLDecodeError, ValueError, KeyError, TypeError, re.error) as error:
            raise FanzhaError(
                f"protected: {where} is not as docs/lists.md describes ({type(error).__name__}: "
                f"{error}); mend that line"
            ) from error

    def protected(self, version: int, opened: list[Network]) -> Protected:
        """The whole, with a version that changes when anything in it does."""
        networks = [
            (network, shield)
            for network, shield in self.networks
            if not any(network.version == o.version and network.overlaps(o) for o in opened)
        ]
        content = [
            sorted((n, s.kind, s.reach.value) for n, s in self.names.items()),
            sorted(self.numbers),
            [pattern.pattern for pattern, _ in self.patterns],
            [str(network) for network, _ in networks],
        ]
        return Protected(
            names=self.names,
            numbers=self.numbers,
            patterns=tuple(self.patterns),
            networks=tuple(networks),
            ranks=Ranks.of(self.ranked),
            version=f"{version}-{digest(content)[:12]}",
        )


def _shield(group: dict[str, Any], reach: Reach = Reach.ALL) -> Shield:
    return Shield(group["kind"], group["zh"], group["en"], reach)
