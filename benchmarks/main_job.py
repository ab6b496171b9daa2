"""1,000 URLs of many range hosts through crawl, verdict and release, on this machine's cores.

Run: .venv/bin/python -m benchmarks.main_job
"""

import tempfile
import time
from pathlib import Path

from examples.range.many import serve_many, urls
from flows.prefect_quiet import prepare
from pipeline.settings import Settings


def main(hosts: int = 500, pages: int = 1000) -> None:
    with tempfile.TemporaryDirectory() as folder, serve_many(hosts) as running:
        home = Path(folder)
        reports = home / "reports.txt"
        reports.write_text("\n".join(urls(hosts, pages)) + "\n")
        settings = Settings(home=home, crawl=running.crawl())
        prepare(settings)
        from flows.way import run_flow

        start, cpu = time.perf_counter(), time.process_time()
        summary = run_flow(settings, [reports])
        wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    for what, count in summary.rows():
        print(f"{what:<18}{count}")
    print(f"{pages} URLs from report to release: {wall:.1f} s wall, {cpu:.1f} CPU-s (bar: 60 s)")


if __name__ == "__main__":
    main()
