"""A `Site` → the texts and tokens that the text experts read of its page."""

import math
import re

from classifiers.domains.ngrams import Grams, Ids, char_grams, token_ids, word_grams
from classifiers.domains.site import Site

VERSION = 2
"""Raise it with any change of what the experts read: models trained on other readings are refused."""
BITS = 18
WORDS_READ = 4000
"""Characters of text that the word expert reads."""
HAN_READ = 3000
"""Characters that the Chinese expert reads."""
_HOSTS = 60


def words_of(site: Site) -> str:
    """Title and text on one line, with a mark between them."""
    return re.sub(r"\s+", " ", f"{site.title} \x01 {site.text}")[:WORDS_READ]


def word_ids(site: Site) -> Grams:
    """Words and pairs of words."""
    return word_grams(words_of(site), BITS)


def han_text(site: Site) -> str:
    """Title and text as the Chinese expert reads them."""
    return f"{site.title}{site.text}"[:HAN_READ]


def han_ids(site: Site) -> Grams:
    """Characters, alone, by twos and by threes."""
    return char_grams(han_text(site), (1, 2, 3), BITS)


def mark_ids(site: Site) -> Ids:
    """Tokens of what the markup names: hosts it loads from, names and labels of fields, sizes of tags."""
    return token_ids(marks(site), BITS)


def marks(site: Site) -> list[str]:
    """The tokens behind `mark_ids`."""
    found = [f"link={_site_of(h)}" for h in site.strings("external_hosts")[:_HOSTS]]
    for host in site.strings("resource_hosts")[:_HOSTS]:
        found += [f"load={_site_of(host)}", f"host={host}"]
    for form in site.forms:
        for field in form.get("fields") or ():
            found += [
                f"name={str(field.get('name')).lower()[:30]}",
                f"type={field.get('type')}",
                f"asks={field.get('meaning')}",
                f"label={str(field.get('label')).lower()[:30]}",
            ]
    found += [f"language={site.language}", f"charset={site.page.get('declared_charset')}"]
    found += [f"trick={name}" for name, n in site.tricks.items() if n]
    for tag, n in (site.page.get("tag_counts") or {}).items():
        found += [f"tag={tag}", f"{tag}={int(math.log2(n + 1))}"]
    return found


def _site_of(host: str) -> str:
    return ".".join(host.split(".")[-2:])
