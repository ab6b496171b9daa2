"""The analysts' console: server-rendered pages, one gate before them all, nothing of a crawled page."""
