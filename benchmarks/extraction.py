"""Pages a second that one core reads, with every field, on pages of 50 to 100 kB, as a reader process does.

python -m benchmarks.extraction ../shared/data/domains/train/html_train.jsonl.gz
"""

import gzip
import json
import sys
import time
from itertools import islice
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from spiders.extract import extract
from spiders.reading import look_seldom_for_circles

PAGES = 600
BAR = 250


def pages(file: Path) -> list[bytes]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        found = (json.loads(line)["html"].encode() for line in lines)
        return list(islice((page for page in found if 50_000 <= len(page) <= 100_000), PAGES))


def main() -> None:
    bodies = pages(Path(sys.argv[1]))
    extract(bodies[0], url="https://warm.example/")
    look_seldom_for_circles()
    best = parsed = float("inf")
    for _ in range(3):
        began = time.process_time()
        for body in bodies:
            extract(body, url="https://www.site.example/")
        best = min(best, time.process_time() - began)
        began = time.process_time()
        for body in bodies:
            LexborHTMLParser(body.decode("utf-8", "replace"))
        parsed = min(parsed, time.process_time() - began)
    rate = len(bodies) / best
    print(f"extraction: {len(bodies)} pages, {rate:.0f} pages/s of one core's time (bar {BAR})")
    print(
        f"parsing alone: {len(bodies) / parsed:.0f} pages/s; extraction takes {best / parsed:.1f} times as long"
    )


if __name__ == "__main__":
    main()
