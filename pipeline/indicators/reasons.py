"""Why a text is no indicator: the slugs that rejects files, counts and tests go by."""

from pipeline.errors import NotAnIndicatorError

REASONS: dict[str, str] = {
    "empty": "there is nothing to read",
    "whitespace": "a site has no spaces: give one thing at a time, without the words around it",
    "no-dot": "a site needs a dot: a single word is no host name",
    "public-suffix": "the name belongs to many: below it anybody registers or rents names",
    "wildcard": "a pattern is no name; only `*.name.example`, all below one domain, has a meaning",
    "bad-name": "DNS host names hold letters, digits, hyphens, underscores and dots alone",
    "bad-punycode": "a label that begins with xn-- does not decode to a Unicode name (UTS 46)",
    "bad-address": "the digits are no IPv4 or IPv6 address",
    "bad-url": "the WHATWG URL standard rejects it",
    "scheme": "only http and https lead to sites",
    "e-mail": "a mail address is neither a site nor a phone number",
    "too-long": "longer than a host name (253), a label (63) or a URL (2,048) may be",
    "no-area-code": "a local number without its area code names no one subscriber",
    "several-numbers": "several service numbers in a row, each whole by itself: give one at a time",
    "impossible-number": "no numbering plan has such a number, and no spoofed call shows it",
    "no-indicator": "neither a site nor a phone number is in it",
}
"""Slug → what it means. `pipeline.intake.reasons` adds those of rows and files."""


def refuse(reason: str, text: str) -> NotAnIndicatorError:
    """The error of a text and a slug of `REASONS`; the message shows at most 80 characters of it."""
    shown = text if len(text) <= 80 else text[:79] + "…"
    return NotAnIndicatorError(
        f"expected a URL, a host name or a phone number, got {shown!r}: {REASONS[reason]}",
        reason=reason,
    )
