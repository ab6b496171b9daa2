"""How lists are written down: one function, one line in the registry and one golden file each."""

from blocklists.formats.format import Answer, Changed, File, Format, Head, Reasons
from blocklists.formats.registry import CHANGES, FORMATS, ZONES

__all__ = [
    "CHANGES",
    "FORMATS",
    "ZONES",
    "Answer",
    "Changed",
    "File",
    "Format",
    "Head",
    "Reasons",
]
