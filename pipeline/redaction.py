"""Addresses without the name and password that somebody wrote into them."""

import re

# As many slashes, of either kind, as a browser takes; bounded, since pages are searched with it.
_CREDENTIALS = re.compile(r"(https?:[/\\]{0,9}|[/\\]{2})[^/\\\s?#]{0,500}@", re.IGNORECASE)


def without_credentials(text: str) -> str:
    """A text whose addresses name nobody: `http://li:secret@a.example/` → `http://a.example/`."""
    return _CREDENTIALS.sub(r"\1", text) if "@" in text else text
