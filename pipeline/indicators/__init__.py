"""Any text → Indicator: the one place where sites and phone numbers are parsed and compared.

`parse` reads a text that should be one indicator; `find` picks all of them out of a sentence. Both
are pure, never touch the network, and raise nothing but `NotAnIndicatorError`, whose `reason` is a
slug of `pipeline.indicators.reasons`. Parsing is idempotent: the value of a parsed indicator parses
to itself.
"""

from pipeline.indicators.hosts import host_of, is_ip
from pipeline.indicators.keys import read_key
from pipeline.indicators.numbers import NumberForm, parse_number, read_number
from pipeline.indicators.reasons import REASONS
from pipeline.indicators.sentences import find
from pipeline.indicators.suffixes import (
    Suffix,
    is_above_public_suffix,
    is_public_suffix,
    public_suffix,
    registrable_domain,
    suffix_rules,
)
from pipeline.indicators.text import parse
from pipeline.indicators.urls import has_query, is_front_path

__all__ = [
    "REASONS",
    "NumberForm",
    "Suffix",
    "find",
    "has_query",
    "host_of",
    "is_above_public_suffix",
    "is_front_path",
    "is_ip",
    "is_public_suffix",
    "parse",
    "parse_number",
    "public_suffix",
    "read_key",
    "read_number",
    "registrable_domain",
    "suffix_rules",
]
