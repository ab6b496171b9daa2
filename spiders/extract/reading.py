"""Bytes of one answer → `Page`: one parse, one walk, and every field read from it."""

import re
from collections import Counter
from dataclasses import fields
from typing import Any
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from spiders.extract.addressed import addresses_of
from spiders.extract.charset import decode
from spiders.extract.contacts import filing_numbers, read_contacts
from spiders.extract.elements import Attributes, Element, Elements, elements_of, is_in_force
from spiders.extract.fold import HAN, fold, fold_counting
from spiders.extract.forms import SECRETS, read_forms
from spiders.extract.hashes import dom_hash, text_simhash
from spiders.extract.language import language_of
from spiders.extract.leads import Leads, favicon_of, leads_of
from spiders.extract.links import absolute
from spiders.extract.markup import markup_tokens
from spiders.extract.page import (
    TEXT_LIMIT,
    Contacts,
    Links,
    MetaRefresh,
    Page,
    ScriptMoves,
    Scripts,
)
from spiders.extract.refresh import read_refresh
from spiders.extract.scripts import (
    chat_widgets,
    count_obfuscation,
    may_move,
    may_run,
    script_moves,
)
from spiders.extract.state import page_state
from spiders.extract.tags import KNOWN
from spiders.extract.taming import tame
from spiders.extract.ties import read_ties
from spiders.extract.visible import read_visible

_HTML_LIMIT = 1_000_000
"""Characters that are parsed: more than any landing page has, and what costs a second at worst."""
_SCRIPT_LIMIT = 400_000
"""Characters of script that are searched for obfuscation."""
_EACH = 200

_LONGEST_REFRESH = 4096
_LANGUAGE = re.compile(r"[a-z]{2}(?![a-z])")
_COPYRIGHT = re.compile(
    r"(?:©|\(c\) ?(?=\d{4})|copyright|版权所有|著作权)[^\n]{0,100}", re.IGNORECASE
)
_COPYRIGHT_MARKS = ("©", "(c)", "copyright", "版权所有", "著作权")
"""What `_COPYRIGHT` begins with, in lower case."""
_COMPARED = 10_000
"""Characters of text that the simhash compares."""
_SHELL_TEXT = 200
_DESCRIPTION = "description"
_APP_ROOTS = "#app,#root,#__next,#__nuxt,[ng-app],[data-reactroot],app-root"


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
    html = html[:_HTML_LIMIT]
    tamed = tame(html)
    try:
        document = LexborHTMLParser(tamed)
    except UnicodeEncodeError:
        # Lexbor takes UTF-8, which lone surrogates have none of.
        tamed = tamed.encode("utf-8", "replace").decode("utf-8")
        document = LexborHTMLParser(tamed)
    elements = elements_of(document)
    named, metas = elements.named, [said for _, said in elements.named["meta"]]
    base = _base(named["base"], url)
    host = (urlsplit(url).hostname or "").rstrip(".")
    addressed = addresses_of(elements, base.partition(":")[0])
    found = leads_of(addressed, base, host)
    scripts = [node.text() or "" for node, said in named["script"] if not said.get("src")]
    script = "\n".join(scripts)
    forms = read_forms(elements, host, base)
    moves = _script_moves(elements, base) if "location" in script else None
    refresh = _meta_refresh(named["meta"], base)
    title = fold((named["title"][0][0].text() or "")[:2000] if named["title"] else "")
    title = title[:300].replace("\n", " ")
    description = _description(metas)
    declared_language = _declared_language(named["html"])

    raw, hidden = read_visible(elements)
    text, traditional, tricks = fold_counting(raw[: 2 * TEXT_LIMIT].rstrip())
    rest = len(raw) - 2 * TEXT_LIMIT
    addresses = "\n".join(found.hrefs)
    icp, police = filing_numbers(f"{text}\n{fold(raw[-2000:])}" if rest > 0 else text)
    counts = _count_tags(elements.tags)
    content = found.images + len(found.frames) + len(forms) + len(found.hrefs)
    contacts = read_contacts(text, addresses)
    scripted = _needs_rendering(text, script, found, document)
    resource_hosts = tuple(sorted(found.loaded)[:_EACH])
    return Page(
        url=url,
        state=page_state(
            status,
            title=title,
            text=text,
            content=content + len(scripts),
            resource_hosts=resource_hosts,
            asks_secrets=any(one.meaning in SECRETS for form in forms for one in form.fields),
            offers=bool(found.downloads) or _can_be_reached(contacts),
            scripted=scripted,
        ),
        title=title,
        description=description,
        copyright=_copyright(text),
        text=text[:TEXT_LIMIT],
        text_length=len(text) + max(rest, 0),
        html_length=len(html),
        hidden_text=round(hidden / (hidden + len(raw)), 3) if hidden else 0.0,
        language=language_of(f"{title}\n{text}", declared=declared_language),
        traditional=traditional,
        charset=charset,
        declared_charset=declared,
        forms=forms,
        external_hosts=tuple(sorted(found.hosts | found.loaded)[:_EACH]),
        resource_hosts=resource_hosts,
        downloads=tuple(found.downloads.values())[:20],
        favicon=favicon_of(found, base),
        icp=icp,
        police_record=police,
        contacts=contacts,
        chat_widgets=chat_widgets(script[:_SCRIPT_LIMIT], addresses),
        obfuscation=count_obfuscation(script[:_SCRIPT_LIMIT]) | tricks,
        meta_refresh=refresh,
        script_redirect=moves.to[0] if moves and moves.to else None,
        script_moves=moves,
        iframes=tuple(found.frames[:20]),
        iframe_shell=found.frames[0]
        if found.frames and len(text) < _SHELL_TEXT and not forms
        else None,
        further=tuple(found.further)[:10],
        needs_rendering=scripted,
        scripts=Scripts(counts["script"], found.scripts_away, len(script)),
        images=found.images,
        qr_images=found.qr,
        tag_counts=dict(sorted(counts.items())),
        links=Links(found.internal, found.external, found.null),
        markup=markup_tokens(elements),
        ties=read_ties(elements, addressed),
        dom_hash=dom_hash(elements.tags),
        text_simhash=text_simhash(text[:_COMPARED]),
    )


def _count_tags(tags: list[str]) -> Counter[str]:
    counts = Counter(tags)
    other = sum([counts.pop(tag) for tag in counts.keys() - KNOWN])
    if other:
        counts["other"] = other
    return counts


def _declared_language(roots: list[Element]) -> str | None:
    said = (attributes["lang"] for _, attributes in roots if "lang" in attributes)
    found = _LANGUAGE.match((next(said, None) or "").lower())
    return found.group() if found else None


def _base(bases: list[Element], url: str) -> str:
    said = (attributes["href"] for _, attributes in bases if "href" in attributes)
    return absolute(url, next(said, None) or "") or url


def _description(metas: list[Attributes]) -> str:
    said = (
        meta.get("content") for meta in metas if (meta.get("name") or "").lower() == _DESCRIPTION
    )
    return fold((next(said, None) or "")[:1000]).replace("\n", " ")[:500]


def _meta_refresh(metas: list[Element], base: str) -> MetaRefresh | None:
    """The first refresh that a browser with scripts obeys: none within `noscript` or `template`."""
    for node, attributes in metas:
        if (attributes.get("http-equiv") or "").strip().lower() == "refresh":
            found = read_refresh((attributes.get("content") or "")[:_LONGEST_REFRESH])
            if found is not None and is_in_force(node):
                seconds, address = found
                return MetaRefresh(seconds, absolute(base, address) if address else None)
    return None


def _script_moves(elements: Elements, base: str) -> ScriptMoves | None:
    """What those scripts may do that a browser runs.

    A parser that runs none lets a script out of a `noscript` in the head: there nothing is sure.
    """
    scripts = elements.named["script"]
    inline = [
        text
        for node, said in scripts
        if "src" not in said and may_move(text := node.text() or "") and _is_run(node, said)
    ]
    if not inline:
        return None
    alone = "noscript" not in elements.tags and sum(_is_run(*script) for script in scripts) == 1
    return script_moves(inline, base, alone=alone)


def _is_run(node: Any, attributes: Attributes) -> bool:
    return may_run(attributes.get("type")) and is_in_force(node)


def _copyright(text: str) -> str:
    """The line of copyright, looked for from the first of its marks on: most of a text has none."""
    low = text.lower()
    places = [at for mark in _COPYRIGHT_MARKS if (at := low.find(mark)) >= 0]
    # Where a letter's small form is two, places are not the same.
    found = _COPYRIGHT.search(text, min(places) if len(low) == len(text) else 0) if places else None
    return found.group()[:120] if found else ""


def _can_be_reached(contacts: Contacts) -> bool:
    """Whether a page says how to reach somebody; by mail does not count, which error pages give too."""
    return any(getattr(contacts, one.name) for one in fields(contacts) if one.name != "emails")


def _needs_rendering(text: str, script: str, found: Leads, document: Any) -> bool:
    """Little text, and scripts that would make it: an application's root, or script in plenty."""
    if len(text) > _SHELL_TEXT or found.frames:
        return False
    loads = any(address.split("?")[0].endswith(".js") for address in found.hrefs)
    if len(script) > 2000:
        return True
    if len(HAN.findall(text)) + len(text.split()) < 5 and (loads or len(script) > 100):
        return True
    if (loads or script) and document.css_first(_APP_ROOTS) is not None:
        return True
    noscript = " ".join((node.text() or "")[:300] for node in document.css("noscript")[:3])
    return "javascript" in noscript.lower()
