"""Evidence → `Site`: what is known about one site, read once into the form that rules and features use.

Everything may be missing. What is not known is None or empty here and stays "unknown" afterwards;
nothing is guessed. Facts of a wrong shape count as missing, so that one odd observation cannot stop
a batch.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import urlsplit

from classifiers.domains.characters import has_han
from classifiers.domains.context import Speech, listen, listen_closely
from classifiers.domains.folding import as_learned, folded
from classifiers.domains.lexicon import lexicon
from classifiers.domains.phrases import Phrases
from pipeline.nouns import Evidence, Json, Kind, ReportTally

Made = TypeVar("Made")

TEXT_READ = 12_000
"""Characters of text that the experts read, as in training. Rules read all that was kept."""

SECRETS = frozenset(
    {
        "password",
        "payment-password",
        "sms-code",
        "id-card",
        "bank-card",
        "cvv",
        "card-expiry",
        "seed-phrase",
    }
)
"""Meanings of form fields whose answers let somebody take money or an identity."""


def _mapping(value: Json) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Json) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _time(value: Json) -> datetime | None:
    """An ISO date or time as UTC; None for anything else."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    if found is None:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Site:
    """One site as its evidence shows it. Values are taken from the facts when first asked for."""

    evidence: Evidence
    now: datetime
    page: Mapping[str, Any] = field(init=False)
    """The `page` fact, or an empty mapping where no page was read."""
    _kept: dict[Any, Any] = field(init=False, default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "page", _mapping(self.evidence.facts.get("page")))

    def once(self, name: Hashable, make: Callable[["Site"], Made]) -> Made:
        """What `make` makes of the site, made once and kept under a name."""
        if name not in self._kept:
            self._kept[name] = make(self)
        found: Made = self._kept[name]
        return found

    def fact(self, name: str) -> Mapping[str, Any]:
        """A fact that is an object; empty where it is unknown."""
        return _mapping(self.evidence.facts.get(name))

    @property
    def tally(self) -> ReportTally:
        return self.evidence.tally

    @cached_property
    def host(self) -> str:
        """The host that was asked about."""
        value = self.evidence.indicator.value
        if self.evidence.indicator.kind is Kind.URL:
            return (urlsplit(value).hostname or "").rstrip(".")
        return value

    @cached_property
    def page_host(self) -> str:
        """The host whose page was read in the end; the one asked about where no page was read."""
        url = _text(self.page.get("url"))
        return (url and urlsplit(url).hostname) or self.host

    @cached_property
    def state(self) -> str:
        """State of the page (`live`, `parked`, …); how the visit failed where there is none; or empty."""
        page = _text(self.evidence.facts.get("page.state")) or _text(self.page.get("state"))
        http = _text(self.evidence.facts.get("http.state"))
        return http if http and http != "ok" else page or http

    @cached_property
    def title(self) -> str:
        """The title as the experts read it."""
        return as_learned(_text(self.page.get("title")))

    @cached_property
    def text(self) -> str:
        """Visible text as the experts read it, the description before it."""
        whole = f"{_text(self.page.get('description'))}\n{_text(self.page.get('text'))[:TEXT_READ]}"
        return as_learned(whole).strip()

    @cached_property
    def heading(self) -> str:
        """The title as rules read it."""
        return folded(_text(self.page.get("title")))

    @cached_property
    def visible(self) -> str:
        """All visible text that was kept, as rules read it, without the description that nobody sees."""
        return folded(_text(self.page.get("text"))).strip()

    @cached_property
    def whole(self) -> str:
        """What rules read: the description, and all visible text."""
        return f"{folded(_text(self.page.get('description')))}\n{self.visible}".strip()

    @cached_property
    def language(self) -> str | None:
        return _text(self.page.get("language")) or None

    @cached_property
    def speech(self) -> Speech:
        """What the text offers and what it merely quotes, for rules: all of it, however bent."""
        return listen_closely(self.heading, self.whole, lexicon())

    def said(self, phrases: Phrases) -> list[str]:
        """The phrases of a set in what rules read, in their order."""
        # Found in heading and text together, as `speech` needs them too.
        found = phrases.finder.occurrences(f"{self.heading}\n{self.whole}")
        return [f.phrase for f in phrases.among([f for f in found if f.start > len(self.heading)])]

    @cached_property
    def learned_speech(self) -> Speech:
        """The same, of what the experts read and as they learned it."""
        learned = (self.title, self.text)
        if learned == (self.heading, self.whole) and not any(map(has_han, learned)):
            # Without Han there is no phrase to put together, and none within an honest word.
            return self.speech
        return listen(self.title, self.text, lexicon())

    @cached_property
    def forms(self) -> list[Mapping[str, Any]]:
        return [_mapping(form) for form in _list(self.page.get("forms"))]

    @cached_property
    def asks(self) -> dict[str, str]:
        """What the forms ask for: meaning → the words beside the field it was seen at first."""
        found: dict[str, str] = {}
        for form in self.forms:
            for raw in _list(form.get("fields")):
                one = _mapping(raw)
                meaning = _text(one.get("meaning"))
                words = _text(one.get("label")) or _text(one.get("placeholder"))
                if meaning:
                    found.setdefault(meaning, words or _text(one.get("name")))
        return found

    @cached_property
    def secrets(self) -> frozenset[str]:
        """What the forms ask for that is worth stealing."""
        return SECRETS & self.asks.keys()

    def strings(self, name: str) -> list[str]:
        """A list of texts of the page; nobody changes it."""
        if name not in self._kept:
            self._kept[name] = [v for v in _list(self.page.get(name)) if isinstance(v, str)]
        found: list[str] = self._kept[name]
        return found

    @cached_property
    def downloads(self) -> list[Mapping[str, Any]]:
        return [_mapping(d) for d in _list(self.page.get("downloads"))]

    @cached_property
    def contacts(self) -> dict[str, list[str]]:
        """Contact points by kind: phones, wechat, qq, telegram, whatsapp, wallets, emails."""
        raw = _mapping(self.page.get("contacts"))
        return {kind: [str(v) for v in _list(values)] for kind, values in raw.items() if values}

    @cached_property
    def tricks(self) -> dict[str, int]:
        """Counts of obfuscation in scripts and text."""
        counted = _mapping(self.page.get("obfuscation")).items()
        return {name: n for name, n in counted if isinstance(n, int)}

    @cached_property
    def marked_up(self) -> bool:
        """Whether any markup was read, and not text alone."""
        return bool(self.page.get("html_length"))

    @cached_property
    def tags(self) -> Mapping[str, int]:
        """Number of elements by their tag."""
        return _mapping(self.page.get("tag_counts"))

    @cached_property
    def ties(self) -> dict[str, float]:
        """Counts of how the page hangs together; empty where no markup was read, or before there were any."""
        counted = _mapping(self.page.get("ties")) if self.marked_up else {}
        return {name: float(n) for name, n in counted.items() if isinstance(n, int | float)}

    def number(self, name: str) -> float | None:
        """A number of the page; None where unknown."""
        value = self.page.get(name)
        return float(value) if isinstance(value, int | float) else None

    @cached_property
    def age_days(self) -> float | None:
        """Days since the domain was registered; None where that is unknown."""
        registered = _time(self.fact("registration").get("registered"))
        return (
            None if registered is None else max((self.now - registered).total_seconds() / 86400, 0)
        )

    @cached_property
    def certificate_days(self) -> float | None:
        """Days since the certificate's validity began; None without one."""
        begun = _time(self.fact("tls").get("not_before"))
        return None if begun is None else max((self.now - begun).total_seconds() / 86400, 0)

    @cached_property
    def left_home(self) -> bool:
        """Whether the visit ended on a host that shares no registrable name with the one asked for."""
        ours, theirs = self.host.split(".")[-2:], self.page_host.split(".")[-2:]
        return bool(self.page) and ours != theirs
