"""One cell of a row → the indicators that it claims, and what in it is none."""

import re

from pipeline.errors import NotAnIndicatorError
from pipeline.indicators import find, parse, parse_number
from pipeline.indicators.reasons import refuse
from pipeline.nouns import Indicator

_HOSTS_FILE = re.compile(r"^\s*(?:0\.0\.0\.0|127\.0\.0\.1|::1?)\s+(?=\S)")
"""Lists in the form of /etc/hosts: the address is where names are sent, and nobody's claim."""
_NEXT_LINK = re.compile(r"\s*[,;|，；、]\s*(?=h(?:tt|xx)ps?[\[({]?[:：])", re.IGNORECASE)
_NEXT_NUMBER = re.compile(r"[/／,，;；|、\n]")

Claims = tuple[list[Indicator], list[NotAnIndicatorError]]


def claims_of(field: str, cell: str) -> Claims:
    """The indicators of a cell, and an error for each part of it that should be one and is none."""
    if not cell.strip():
        return [], []
    if field == "text":
        return find(cell), []
    if field == "number":
        return _numbers(cell)
    if field in {"site", "line"}:
        if field == "line":
            cell = _HOSTS_FILE.sub("", cell)
        return _each(_NEXT_LINK.split(cell), number=False)
    return [], []


def _numbers(cell: str) -> Claims:
    """The numbers of a cell: one however it is written, else several with marks between them."""
    try:
        return [parse_number(cell)], []
    except NotAnIndicatorError:
        parts = [part for part in _NEXT_NUMBER.split(cell) if re.search("[0-9０-９]", part)]
    return _each(parts if len(parts) > 1 else [cell], number=True)


def _each(parts: list[str], *, number: bool) -> Claims:
    found: list[Indicator] = []
    errors: list[NotAnIndicatorError] = []
    for part in parts:
        try:
            found.append(parse_number(part) if number else parse(part))
        except NotAnIndicatorError as error:
            inside = find(part)
            found += inside
            if not inside:
                vague = error.reason == "whitespace"
                errors.append(refuse("no-indicator", part) if vague else error)
    return found, errors
