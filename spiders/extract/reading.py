"""Bytes of one answer → `Page`: one parse, one walk, and every field read from it."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from spiders.extract.charset import decode
from spiders.extract.contacts import filing_numbers, read_contacts
from spiders.extract.fold import HAN, fold, fold_counting, tricks
from spiders.extract.forms import read_forms
from spiders.extract.hashes import dom_hash, text_simhash
from spiders.extract.language import language_of
from spiders.extract.links import (
    absolute,
    asks_for_more,
    download_kind,
    host_named,
    is_nowhere,
    leaves_http,
    same_site,
)
from spiders.extract.page import (
    TEXT_LIMIT,
    Download,
    Favicon,
    Links,
    MetaRefresh,
    Page,
    Scripts,
)
from spiders.extract.scripts import chat_widgets, count_obfuscation, script_redirect
from spiders.extract.state import page_state

_HTML_LIMIT = 3_000_000
"""Characters that are parsed; the crawl's own limit on bodies is lower by default."""
_SCRIPT_LIMIT = 400_000
"""Characters of script that are searched for obfuscation."""
_EACH = 200

_HIDDEN = (
    '[hidden],[style*="display:none"],[style*="display: none"],[style*="visibility:hidden"],'
    '[style*="visibility: hidden"],[style*="font-size:0"],[style*="opacity:0;"],'
    '[style*="text-indent:-9"],[aria-hidden="true"][style*="position:absolute"]'
)
_INVISIBLE = ["script", "style", "noscript", "template", "svg", "head", "object", "canvas"]
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "button",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "input",
        "label",
        "legend",
        "li",
        "main",
        "nav",
        "ol",
        "optgroup",
        "option",
        "p",
        "pre",
        "section",
        "select",
        "table",
        "tbody",
        "td",
        "textarea",
        "tfoot",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
        "iframe",
    ]
)
_KNOWN = _BLOCKS | frozenset(
    [
        "a",
        "abbr",
        "area",
        "audio",
        "b",
        "base",
        "bdi",
        "bdo",
        "big",
        "canvas",
        "caption",
        "center",
        "cite",
        "code",
        "col",
        "colgroup",
        "data",
        "datalist",
        "del",
        "details",
        "dfn",
        "dialog",
        "em",
        "embed",
        "font",
        "frame",
        "frameset",
        "head",
        "html",
        "i",
        "img",
        "ins",
        "kbd",
        "link",
        "map",
        "mark",
        "marquee",
        "menu",
        "meta",
        "meter",
        "nobr",
        "noscript",
        "object",
        "output",
        "param",
        "picture",
        "progress",
        "q",
        "rp",
        "rt",
        "ruby",
        "s",
        "samp",
        "script",
        "slot",
        "small",
        "source",
        "span",
        "strike",
        "strong",
        "style",
        "sub",
        "summary",
        "sup",
        "svg",
        "template",
        "time",
        "track",
        "tt",
        "u",
        "var",
        "video",
        "wbr",
    ]
)
_REFRESH = re.compile(r"\s*([\d.]{1,8})\s*(?:[;,]\s*(?:url\s*=)?\s*[\"']?\s*([^\"'\s]+))?", re.I)
_COPYRIGHT = re.compile(
    r"(?:©|\(c\) ?(?=\d{4})|copyright|版权所有|著作权)[^\n]{0,100}", re.IGNORECASE
)
_QR = re.compile(r"qr-?_?code|qrcode|erweima|\bewm\b|二维码|扫码", re.IGNORECASE)
_LOADS = frozenset(["script", "img", "iframe", "frame", "link", "source", "video", "embed"])
_SHELL_TEXT = 200
_APP_ROOTS = "#app,#root,#__next,#__nuxt,[ng-app],[data-reactroot],app-root"


@dataclass(slots=True)
class _Addresses:
    """What the walk over everything with an address adds up to."""

    hosts: set[str]
    loaded: set[str]
    hrefs: list[str]
    frames: list[str]
    downloads: dict[str, Download]
    further: dict[str, None]
    internal: int = 0
    external: int = 0
    null: int = 0
    scripts_away: int = 0
    images: int = 0
    qr: int = 0
    icon: str | None = None


def extract(body: bytes, *, url: str, status: int = 200, content_type: str | None = None) -> Page:
    """Read a page. Pure; never raises, whatever the bytes are.

    `url` is where it was read, for relative addresses; `content_type` is the header as it came.
    """
    html, charset, declared = decode(body, content_type)
    return extract_text(html, url=url, status=status, charset=charset, declared=declared)


def extract_text(
    html: str, *, url: str, status: int = 200, charset: str = "utf-8", declared: str | None = None
) -> Page:
    """As `extract`, for a page that is text already (what a browser made of it)."""
    # Lexbor takes UTF-8, which lone surrogates have none of.
    html = html[:_HTML_LIMIT].encode("utf-8", "replace").decode("utf-8")
    document = LexborHTMLParser(html)
    base = _base(document, url)
    host = (urlsplit(url).hostname or "").rstrip(".")
    found = _walk_addresses(document, base, host)
    scripts = [
        node.text() or "" for node in document.css("script") if not node.attributes.get("src")
    ]
    source = "\n".join(scripts)
    forms = read_forms(document, host)
    refresh = _meta_refresh(document, base)
    title = fold(_first(document, "title"))[:300].replace("\n", " ")
    description = _meta(document, "description")
    app_root = document.css_first(_APP_ROOTS) is not None
    noscript = " ".join((node.text() or "")[:300] for node in document.css("noscript")[:3])

    tags, raw, hidden = _visible(document)
    text, traditional = fold_counting(raw[: 2 * TEXT_LIMIT])
    rest = len(raw) - 2 * TEXT_LIMIT
    addresses = "\n".join(found.hrefs)
    icp, police = filing_numbers(f"{text}\n{fold(raw[-2000:])}" if rest > 0 else text)
    counts = Counter(tag if tag in _KNOWN else "other" for tag in tags)
    content = found.images + len(found.frames) + len(forms) + len(found.hrefs)
    copyright_ = _COPYRIGHT.search(text)
    resource_hosts = tuple(sorted(found.loaded)[:_EACH])
    return Page(
        url=url,
        state=page_state(
            status,
            title=title,
            text=text,
            content=content + len(scripts),
            resource_hosts=resource_hosts,
        ),
        title=title,
        description=description,
        copyright=copyright_.group(0)[:120] if copyright_ else "",
        text=text[:TEXT_LIMIT],
        text_length=len(text) + max(rest, 0),
        html_length=len(html),
        hidden_text=round(hidden / (hidden + len(raw)), 3) if hidden else 0.0,
        language=language_of(f"{title}\n{text}"),
        traditional=traditional,
        charset=charset,
        declared_charset=declared,
        forms=forms,
        external_hosts=tuple(sorted(found.hosts | found.loaded)[:_EACH]),
        resource_hosts=resource_hosts,
        downloads=tuple(found.downloads.values())[:20],
        favicon=_favicon(found, base),
        icp=icp,
        police_record=police,
        contacts=read_contacts(text, addresses),
        chat_widgets=chat_widgets(f"{source[:_SCRIPT_LIMIT]}\n{addresses}"),
        obfuscation=count_obfuscation(source[:_SCRIPT_LIMIT]) | tricks(raw[: 2 * TEXT_LIMIT]),
        meta_refresh=refresh,
        script_redirect=script_redirect(scripts, base),
        iframes=tuple(found.frames[:20]),
        iframe_shell=found.frames[0]
        if found.frames and len(text) < _SHELL_TEXT and not forms
        else None,
        further=tuple(found.further)[:10],
        needs_rendering=_needs_rendering(text, source, app_root, found, noscript),
        scripts=Scripts(counts["script"], found.scripts_away, len(source)),
        images=found.images,
        qr_images=found.qr,
        tag_counts=dict(sorted(counts.items())),
        links=Links(found.internal, found.external, found.null),
        dom_hash=dom_hash(tags),
        text_simhash=text_simhash(text[:TEXT_LIMIT]),
    )


def _base(document: Any, url: str) -> str:
    node = document.css_first("base[href]")
    return (absolute(url, node.attributes.get("href") or "") if node else None) or url


def _first(document: Any, selector: str) -> str:
    node = document.css_first(selector)
    return (node.text() or "")[:2000] if node else ""


def _meta(document: Any, name: str) -> str:
    node = document.css_first(f'meta[name="{name}" i]')
    text = (node.attributes.get("content") or "") if node else ""
    return fold(text[:1000]).replace("\n", " ")[:500]


def _meta_refresh(document: Any, base: str) -> MetaRefresh | None:
    for node in document.css("meta[http-equiv]"):
        attributes = node.attributes
        if (attributes.get("http-equiv") or "").strip().lower() == "refresh":
            form = _REFRESH.match(attributes.get("content") or "")
            if form:
                seconds = form.group(1)
                try:
                    wait = float(seconds)
                except ValueError:
                    continue
                return MetaRefresh(wait, absolute(base, form.group(2)) if form.group(2) else None)
    return None


_ADDRESSED = "a,area,script[src],img,iframe,frame,link[href],source[src],video[src],embed[src]"


def _walk_addresses(document: Any, base: str, host: str) -> _Addresses:
    found = _Addresses(set(), set(), [], [], {}, {})
    for node in document.css(_ADDRESSED):
        tag, attributes = node.tag, node.attributes
        link = tag in {"a", "area"}
        address = (attributes.get("href" if link or tag == "link" else "src") or "").strip()[:2048]
        named = host_named(address)
        away = named is not None and not same_site(named, host)
        if away and named is not None:
            (found.loaded if tag in _LOADS else found.hosts).add(named[:253])
        if link:
            _count_link(found, node, address, base=base, away=away)
        elif tag == "script":
            found.scripts_away += away
            found.hrefs.append(address)
        elif tag == "img":
            found.images += 1
            words = f"{address[:200]} {attributes.get('alt') or ''} {attributes.get('class') or ''}"
            found.qr += _QR.search(words) is not None
        elif tag in {"iframe", "frame"}:
            target = absolute(base, address)
            if target:
                found.frames.append(target)
                found.hrefs.append(target)
        elif tag == "link" and "icon" in (attributes.get("rel") or "").lower():
            found.icon = found.icon or address
    return found


def _count_link(found: _Addresses, node: Any, address: str, *, base: str, away: bool) -> None:
    if is_nowhere(address):
        found.null += 1
        return
    found.hrefs.append(address)
    kind = download_kind(address)
    if kind and len(found.downloads) < _EACH:
        target = address if kind == "itms" else absolute(base, address)
        if target:
            found.downloads.setdefault(target, Download(target, kind))
    if leaves_http(address):
        return
    if away:
        found.external += 1
        return
    found.internal += 1
    if not kind and len(found.further) < 10 and asks_for_more(address, node.text() or ""):
        target = absolute(base, address)
        if target:
            found.further.setdefault(target.split("#")[0])


def _favicon(found: _Addresses, base: str) -> Favicon | None:
    target = absolute(base, found.icon or "/favicon.ico")
    return Favicon(target, None) if target else None


def _visible(document: Any) -> tuple[list[str], str, int]:
    """The sequence of tags, the visible text with a line per block, and how much text is hidden.

    Takes what is invisible out of the document.
    """
    tags = [node.tag for node in document.root.traverse()] if document.root else []
    document.strip_tags(_INVISIBLE)
    hidden = 0
    for node in document.css(_HIDDEN):
        hidden += len((node.text() or "").strip())
        if node.tag not in {"body", "html"}:
            node.decompose()
    parts: list[str] = []
    if document.root is not None:
        for node in document.root.traverse(include_text=True):
            tag = node.tag
            if tag == "-text":
                parts.append(node.text_content or "")
            elif tag in _BLOCKS:
                parts.append("\n")
            elif tag == "a":
                parts.append(" ")
    return tags, re.sub(r"\s*\n\s*", "\n", "".join(parts)).strip(), hidden


def _needs_rendering(
    text: str, source: str, app_root: bool, found: _Addresses, noscript: str
) -> bool:
    """Little text, and scripts that would make it: an application's root, or script in plenty."""
    if len(text) > _SHELL_TEXT or found.frames:
        return False
    asks = bool(re.search(r"javascript", noscript, re.IGNORECASE))
    loads = any(address.split("?")[0].endswith(".js") for address in found.hrefs)
    return (
        (app_root and (loads or bool(source)))
        or asks
        or len(source) > 2000
        or (len(HAN.findall(text)) + len(text.split()) < 5 and (loads or len(source) > 100))
    )
