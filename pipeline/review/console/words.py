"""The console's two languages: English in the code, Chinese by a gettext catalogue, dates by Babel."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime, format_timedelta
from babel.messages.pofile import read_po

from pipeline.categories import Category
from pipeline.whys import QUEUE, Why, recognise

LANGUAGES: dict[str, str] = {"zh": "中文", "en": "English"}
DEFAULT = "zh"

_BABEL = {"zh": "zh_Hans_CN", "en": "en_GB"}
_LOCALE = Path(__file__).parent / "locale"


def mark(message: str) -> str:
    """Mark a message for the catalogue where it is not translated at once."""
    return message


@cache
def _locale(language: str) -> Locale:
    """Babel reads a locale's name anew each time it is given one, a hundred times a page."""
    return Locale.parse(_BABEL[language])


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Message → translation, and the names of the categories."""
    path = _LOCALE / language / "LC_MESSAGES" / "console.po"
    with path.open("rb") as file:
        read = read_po(file, locale=_BABEL[language])
    found = {str(m.id): str(m.string) for m in read if m.id and m.string and not m.fuzzy}
    names = {c.value: c.zh if language == "zh" else c.en for c in Category}
    return names | found


@dataclass(frozen=True, slots=True)
class Words:
    """One language, and the time zone in which it tells time."""

    language: str
    timezone: str = "UTC"

    def __call__(self, message: str) -> str:
        """A message in this language; one that is in no catalogue stays as it is."""
        return catalogue(self.language).get(message, message)

    def keyed(self, what: str, value: object) -> str:
        """A value of a kind in words: `keyed("field", "sms-code")`; one without words stays."""
        key = f"{what} {value}"
        told = self(key)
        return str(value) if told == key else told

    def keyed_all(self, what: str, values: str) -> str:
        """Several values, between which stands a comma, in words."""
        return ", ".join(self.keyed(what, value) for value in values.split(", "))

    def why(self, because: Why | str) -> str:
        """A sentence of a machine in this language; of a decision's reason, what can be told of it."""
        made = recognise(because) if isinstance(because, str) else because
        return made.told(self.language)

    def why_name(self, id_: str) -> str:
        """What a kind of reason is called."""
        sentence = QUEUE[id_]
        return sentence.name_zh if self.language == "zh" else sentence.name_en

    def plural(self, one: str, many: str, count: int) -> str:
        """A message for a count; Chinese has one form, under the key of many."""
        return self(one if count == 1 and self.language != "zh" else many)

    def time(self, at: datetime | None, form: str = "yyyy-MM-dd HH:mm") -> str:
        """A time in the desk's zone; a dash where there is none."""
        if at is None:
            return "–"
        zone = ZoneInfo(self.timezone)
        return str(format_datetime(at, form, tzinfo=zone, locale=_locale(self.language)))

    def span(self, seconds: float) -> str:
        """A length of time in words, rounded to its largest units: `3 hours`."""
        if seconds < 1:
            return self("under a second")
        return str(
            format_timedelta(
                timedelta(seconds=seconds), threshold=1.5, locale=_locale(self.language)
            )
        )

    def country(self, code: str) -> str:
        """The name of a country by its ISO 3166 code; a code that is none stays as it is."""
        return str(_locale(self.language).territories.get(code, self(code)))

    def ago(self, at: datetime, now: datetime) -> str:
        """How long ago, or in how long, in words: `3 hours ago`."""
        away: timedelta = at - now
        if abs(away) < timedelta(minutes=1):
            return self("just now")
        return str(
            format_timedelta(away, add_direction=True, threshold=1.5, locale=_locale(self.language))
        )


def language_of(*, cookie: str, account: str, accepted: str) -> str:
    """The language to speak: the one chosen, else the account's, else the browser's, else Chinese."""
    for choice in (cookie, account):
        if choice in LANGUAGES:
            return choice
    for part in accepted.split(","):
        tag = part.split(";")[0].strip().lower()[:2]
        if tag in LANGUAGES:
            return tag
    return DEFAULT
