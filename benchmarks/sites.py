"""How fast sites are judged, evidence → verdict with reasons, on one core.

    python -m benchmarks.sites [PAGES.jsonl]

Without a file, the pages of the practice range are judged; with one, its `html` column.
"""

import gzip
import json
import resource
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from classifiers.domains import judge
from pipeline.nouns import Evidence, Indicator, Kind
from spiders.extract import extract

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SITES = Path(__file__).parents[1] / "examples" / "range" / "internet" / "sites"


def pages() -> list[bytes]:
    """The pages to judge, as bytes."""
    if len(sys.argv) > 1:
        path = Path(sys.argv[1])
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
            return [
                json.loads(line)["html"].encode()
                for _, line in zip(range(1000), file, strict=False)
            ]
    return [path.read_bytes() for path in sorted(SITES.rglob("*.html"))]


def main() -> None:
    """Print sites per second in batches of 250, and milliseconds for one."""
    found = []
    for number, body in enumerate(pages()):
        host = f"site{number}.com"
        page = extract(body, url=f"https://{host}/").to_json()
        facts = {"http.state": "ok", "page": page}
        found.append(Evidence(Indicator(Kind.HOST, host), NOW, facts))
    batch = (found * (500 // len(found) + 1))[:500]
    judge(batch[:50], now=NOW)
    begun = time.process_time()
    for start in range(0, len(batch), 250):
        judge(batch[start : start + 250], now=NOW)
    rate = len(batch) / (time.process_time() - begun)
    begun = time.process_time()
    for one in batch[:100]:
        judge([one], now=NOW)
    single = 10 * (time.process_time() - begun)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(
        f"{len(found)} pages: {rate:.0f} sites/s in batches, {single:.1f} ms for one, {memory:.0f} MB"
    )


if __name__ == "__main__":
    main()
