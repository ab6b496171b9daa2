"""Where a page sends its reader by itself after a while: `<meta http-equiv=refresh>` and the header `Refresh`."""

import re

_TIME = re.compile(r"\s*(?:(\d{1,8})\d*|(?=\.))[\d.]*(?=$|[\s;,])\s*[;,]?\s*(.*)", re.DOTALL)
_NAMED = re.compile(r"url\s*=\s*", re.IGNORECASE)


def read_refresh(content: str) -> tuple[float, str | None] | None:
    """Seconds and address, None where the page is to load itself again; None for what is no refresh.

    The shared declarative refresh steps of WHATWG HTML: a fraction of a second does not count, the
    name `url` may be missing, and a quote ends what a quote began.
    """
    found = _TIME.match(content)
    if found is None:
        return None
    address = found.group(2)
    named = _NAMED.match(address)
    address = address[named.end() :] if named is not None else address
    if address[:1] in {"'", '"'}:
        address = address[1:].partition(address[0])[0]
    return float(found.group(1) or 0), address.strip() or None
