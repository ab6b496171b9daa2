"""A page of the console → PDF, by Debian's Chromium where it is installed."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from pipeline.errors import FanzhaError

SECONDS = 60
"""How long printing may take."""

_FLAGS = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--no-pdf-header-footer",
    # The page is ours and holds its style sheet: nothing is to be fetched.
    "--host-resolver-rules=MAP * ~NOTFOUND",
)


def printed(page: str) -> bytes | None:
    """A page that refers to nothing outside itself, as PDF; None where there is no Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        return None
    with tempfile.TemporaryDirectory(prefix="fanzha-print-") as folder:
        source, target = Path(folder) / "page.html", Path(folder) / "page.pdf"
        source.write_text(page, "utf-8")
        flags = [*_FLAGS, f"--user-data-dir={folder}/profile", f"--print-to-pdf={target}"]
        if _is_root():
            flags.append("--no-sandbox")
        try:
            subprocess.run(
                [chromium, *flags, source.as_uri()],
                check=True,
                capture_output=True,
                timeout=SECONDS,
            )
            return target.read_bytes()
        except (subprocess.SubprocessError, FileNotFoundError) as error:
            raise FanzhaError(
                "printing: Chromium did not print the report; print the report page instead"
            ) from error


def _is_root() -> bool:
    import os

    # Chromium's sandbox does not start for root, as in most containers; the page is our own.
    return hasattr(os, "geteuid") and os.geteuid() == 0
