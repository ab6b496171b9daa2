"""How lists are written down: one function, one line in the registry and one golden file each."""

from blocklists.formats.format import Answer, File, Format, Head, Reasons
from blocklists.formats.registry import FORMATS, ZONES

__all__ = ["FORMATS", "ZONES", "Answer", "File", "Format", "Head", "Reasons"]
