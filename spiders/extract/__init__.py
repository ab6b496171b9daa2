"""Bytes of a page → `Page`: everything a classifier or a person may want to know of it. Pure."""

from spiders.extract.page import Page
from spiders.extract.reading import extract, extract_text

__all__ = ["Page", "extract", "extract_text"]
