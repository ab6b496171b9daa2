"""Pages of the tests' own writing, as evidence: `evidence(html, …)` is what a crawl would have stored."""

from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.nouns import Evidence, Indicator, Kind, ReportTally
from spiders.extract import extract

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def evidence(
    html: str,
    host: str = "www.site.example",
    *,
    age_days: int | None = None,
    tally: ReportTally | None = None,
    **facts: Any,
) -> Evidence:
    """Evidence as the crawl of one page leaves it; other facts by name, `__` for a dot."""
    page = extract(html.encode(), url=f"https://{host}/").to_json()
    known: dict[str, Any] = {"http.state": "ok", "page": page, "page.state": page["state"]}
    if age_days is not None:
        known["registration"] = {"registered": (NOW - timedelta(days=age_days)).isoformat()}
    known |= {name.replace("__", "."): value for name, value in facts.items()}
    return Evidence(Indicator(Kind.HOST, host), NOW, known, tally or ReportTally())
