"""The range that the crawl's tests use, for the tests of what is kept of a crawl."""

from tests.spiders.conftest import internet

__all__ = ["internet"]
