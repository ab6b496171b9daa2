"""The shape of what is read from one page: `Page`, the value of the `page` observation as JSON.

Classifiers build features on this JSON, so a field that is here keeps its name and meaning. `folded`
means: entities resolved, zero-width characters gone, full width made half width, traditional
characters made simplified, white space collapsed. Lists are in the order of the page, each thing
once, unless said otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any

from pipeline.nouns import Json

TEXT_LIMIT = 20_000
"""Characters of visible text that are kept."""


@dataclass(frozen=True, slots=True)
class FormField:
    """One thing a visitor is to fill in."""

    name: str
    type: str
    """`text`, `password`, `tel`, `email`, `file`, `select`, `textarea`, …; hidden ones are left out."""
    label: str
    """Folded text of its label (`for`, an enclosing `<label>`, `aria-label`, or the text before it)."""
    placeholder: str
    meaning: str | None
    """What it asks for: a name of `spiders.extract.forms.MEANINGS`; None where nothing tells."""


@dataclass(frozen=True, slots=True)
class Form:
    """One form; fields that stand outside any form are one more form with `method` `script`."""

    action_host: str | None
    """Host that the form is sent to; the page's own for a relative or missing action."""
    external: bool
    """True where that host is not the page's own."""
    empty_action: bool
    """True for a missing, empty, `#` or `javascript:` action."""
    method: str
    """`get`, `post` or `script`."""
    fields: tuple[FormField, ...]


@dataclass(frozen=True, slots=True)
class Download:
    """A link to a program."""

    url: str
    kind: str
    """`apk`, `ipa`, `mobileconfig`, `itms`, `exe`."""


@dataclass(frozen=True, slots=True)
class Favicon:
    """The site's icon."""

    url: str
    hash: str | None
    """MurmurHash3 (32 bits, signed, decimal) of its base64 lines, as internet scanners publish it;
    None until it was fetched."""


@dataclass(frozen=True, slots=True)
class Contacts:
    """How victims are to get in touch."""

    phones: tuple[str, ...] = ()
    """Values of `number` indicators: E.164, or the short code itself."""
    wechat: tuple[str, ...] = ()
    qq: tuple[str, ...] = ()
    telegram: tuple[str, ...] = ()
    """User or channel names, without `@`."""
    whatsapp: tuple[str, ...] = ()
    """Digits with country code."""
    wallets: tuple[str, ...] = ()
    """`btc:…`, `eth:…`, `trx:…`: addresses whose checksum or form is right."""
    emails: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Links:
    """Counts of `<a href>`."""

    internal: int
    external: int
    null: int
    """Missing, empty, `#…` or `javascript:`."""


@dataclass(frozen=True, slots=True)
class Scripts:
    count: int
    external: int
    """Those with a `src` on another host."""
    bytes: int
    """Characters of script within the page."""


@dataclass(frozen=True, slots=True)
class MetaRefresh:
    seconds: float
    url: str | None
    """Absolute; None where the page reloads itself."""


@dataclass(frozen=True, slots=True)
class ScriptMoves:
    """What small inline scripts that mention `location` may do with a visitor."""

    to: tuple[str, ...]
    """Absolute URLs, at most three: written out, and set at once; under a condition or not."""
    surely: bool
    """True where that is all that any script of the page does."""


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that is read from one page."""

    url: str
    """Where the page was read, after all hops."""
    state: str
    """`live`, `parked`, `dead`, `soft-404`, `expired-hosting`, `empty`, `blocked`."""
    title: str
    """Folded, at most 300 characters."""
    description: str
    """Folded meta description, at most 500 characters."""
    copyright: str
    """Folded text from a copyright sign on, at most 120 characters; empty where there is none."""
    text: str
    """Folded visible text, one line per block, cut at `TEXT_LIMIT` characters."""
    text_length: int
    """Characters of the visible text before the cut."""
    html_length: int
    """Characters of the decoded page."""
    hidden_text: float
    """Share of all text that is hidden by style or attribute, 0 to 1."""
    language: str | None
    """ISO 639-1; None where there is too little text."""
    traditional: float
    """Share of the Han characters that folding from traditional to simplified changed."""
    charset: str
    """The encoding the page was decoded by."""
    declared_charset: str | None
    """What header or page said, in lower case; None where neither said anything."""
    forms: tuple[Form, ...]
    external_hosts: tuple[str, ...]
    """Other hosts that links, scripts, images and frames name, at most 200, sorted; those of forms stand
    with the forms."""
    resource_hosts: tuple[str, ...]
    """Those of them that the page itself loads something from."""
    downloads: tuple[Download, ...]
    favicon: Favicon | None
    icp: tuple[str, ...]
    """ICP filing numbers as `京ICP备12345678号-1`, folded."""
    police_record: tuple[str, ...]
    """公网安备 numbers as `京公网安备11010502000001号`, folded."""
    contacts: Contacts
    chat_widgets: tuple[str, ...]
    """Third-party chat services by name, sorted; see `spiders.extract.scripts.CHAT_WIDGETS`."""
    obfuscation: Mapping[str, int]
    """Counts by name; every name of `spiders.extract.scripts.OBFUSCATION` and of
    `spiders.extract.fold.TRICKS` is there."""
    meta_refresh: MetaRefresh | None
    script_redirect: str | None
    """Absolute URL to which a simple script sends the visitor at once: the first of `script_moves`."""
    script_moves: ScriptMoves | None
    """None where no small script mentions `location`."""
    iframes: tuple[str, ...]
    """Absolute URLs, at most 20."""
    iframe_shell: str | None
    """The frame's URL where the page is little more than one frame that fills it."""
    further: tuple[str, ...]
    """Links to pages of the same site that ask for something (login, register, download, 客服)."""
    needs_rendering: bool
    """True where the text seems to exist only after scripts ran."""
    scripts: Scripts
    images: int
    qr_images: int
    """Images that call themselves a QR code."""
    tag_counts: Mapping[str, int]
    """Elements by tag, the standard's tags only; what is no HTML tag counts as `other`."""
    links: Links
    markup: tuple[str, ...]
    """What the markup is built of: `class=`, `id=` and `path=` tokens, those of each kind in the
    order of the page, at most 1,250 in all; see `spiders.extract.markup`."""
    ties: Mapping[str, int]
    """How the page hangs together with its own site and others; every name of `spiders.extract.ties.TIES`
    is there."""
    dom_hash: str
    """First 16 hex digits of the sha256 of the tag sequence: equal for pages of one template."""
    text_simhash: str
    """64-bit simhash of the folded text in 16 hex digits; near texts differ in few bits."""

    def to_json(self) -> dict[str, Json]:
        """The page as JSON: tuples as lists, nested values as objects."""
        plain: dict[str, Json] = _plain(self)
        return plain


def _plain(value: Any) -> Json:
    kind: Any = type(value)
    if kind is str or kind is int:
        return value
    if kind is tuple:
        return [_plain(item) for item in value]
    names = _names(kind)
    if names is not None:
        return {name: _plain(getattr(value, name)) for name in names}
    return dict(value) if isinstance(value, Mapping) else value


@cache
def _names(kind: Any) -> tuple[str, ...] | None:
    """The fields of a class of values; None for what is none."""
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else None
