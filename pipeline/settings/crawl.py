"""Settings: how sites are visited, and how long what was seen is kept."""

from pathlib import Path

from pydantic import Field

from pipeline.settings.section import Section


class CrawlSettings(Section):
    """How sites are visited, and what is refused."""

    batch: int = Field(500, ge=1, description="Indicators crawled by one task.")
    concurrency: int = Field(64, ge=1, description="Requests in flight at once.")
    per_host: int = Field(4, ge=1, description="Requests in flight at once to one host.")
    delay: float = Field(0.02, ge=0, description="Seconds between two requests to one host.")
    timeout: float = Field(10.0, gt=0, description="Seconds until one request is given up.")
    site_timeout: float = Field(30.0, gt=0, description="Seconds for everything about one site.")
    max_bytes: int = Field(2_000_000, ge=1000, description="Largest body, decompressed, in bytes.")
    max_redirects: int = Field(8, ge=0, description="Hops of all kinds until a chain is given up.")
    user_agent: str = Field(
        "Mozilla/5.0 (Linux; Android 14; V2307A) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/130.0.0.0 Mobile Safari/537.36",
        description="How the crawler presents itself: a common phone, as a victim would.",
    )
    desktop_user_agent: str = Field(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/130.0.0.0 Safari/537.36",
        description="How the second look presents itself: an office computer.",
    )
    second_look: bool = Field(
        True, description="Whether a site is also visited as a computer, to find what it hides."
    )
    further_pages: int = Field(
        3, ge=0, le=10, description="Pages of the same site looked at beside the first."
    )
    chromium: str = Field(
        "chromium", description="The browser for pages that are empty without their scripts."
    )
    render_pages: int = Field(
        50, ge=0, description="Pages of one batch that are seen in the browser at most."
    )
    render_seconds: float = Field(
        120.0, gt=0, description="Seconds of one batch that the browser is used at most."
    )
    render_as_root: bool = Field(
        False,
        description="Whether the browser is also started as root, where it has no sandbox of its own: for "
        "tests and a practice range. Otherwise root renders nothing.",
    )
    readers: int | None = Field(
        None,
        ge=0,
        description="Processes that read pages; by default one per further core, at most four. 0 "
        "reads in the crawl's own process.",
    )
    icons: bool = Field(True, description="Whether a site's icon is fetched for its hash.")
    per_address: int = Field(
        32, ge=1, description="Requests in flight at once to one network address."
    )
    rdap_bootstrap: str | None = Field(
        None,
        description="RDAP bootstrap file for domains (RFC 9224), as a path or URL; registrations stay "
        "unknown without it.",
    )
    rdap_per_second: float = Field(
        2.0,
        gt=0,
        description="Questions a second to one registry at most, by all batches of this machine.",
    )
    rdap_wait: float = Field(
        30.0,
        ge=0,
        description="Seconds that a batch waits for registries after its sites were crawled; whose turn "
        "has not come by then is asked with his next visit.",
    )
    network_databases: tuple[Path, ...] = Field(
        (),
        description="Local databases of autonomous systems and countries (.mmdb of MaxMind, DB-IP or "
        "IPinfo); networks stay unknown without them.",
    )
    resolver: str | None = Field(
        None, description="DNS server as ADDRESS or ADDRESS:PORT; the system's own by default."
    )
    allow_networks: tuple[str, ...] = Field(
        (),
        description="Networks that may be visited although they are not globally routable, for a "
        "practice range: `127.0.0.0/8`. Empty in production.",
    )
    refuse_networks: tuple[str, ...] = Field(
        (),
        description="Networks that are never visited although they are globally routable: the public "
        "addresses of the office itself. Those of this machine are refused anyway.",
    )
    http_port: int = Field(
        80, ge=1, le=65535, description="Port that `http://` stands for on a range."
    )
    https_port: int = Field(
        443, ge=1, le=65535, description="Port that `https://` stands for on a range."
    )


class EvidenceSettings(Section):
    """How long what was seen is kept."""

    keep_days: int = Field(
        730,
        ge=1,
        description="Days until evidence is removed; what a live block, an open appeal or the queue rests "
        "on stays in any case.",
    )
