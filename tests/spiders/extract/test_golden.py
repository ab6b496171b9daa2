"""Whole pages of our own writing, and all that is read of them.

After a wanted change: `FANZHA_GOLDEN=write python -m pytest tests/spiders/extract/test_golden.py`, then
read the difference before committing it.
"""

import json
import os
from pathlib import Path

import pytest

from spiders.extract import extract

PAGES = sorted((Path(__file__).parent / "pages").glob("*.html"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_is_read_as_it_was_read_before(page: Path) -> None:
    read = extract(page.read_bytes(), url=f"https://www.{page.stem}.example/in/").to_json()
    golden = page.with_suffix(".json")
    if os.environ.get("FANZHA_GOLDEN") == "write":
        text = json.dumps(read, ensure_ascii=False, indent=1, sort_keys=True)
        golden.write_text(f"{text}\n", encoding="utf-8")
    assert read == json.loads(golden.read_text(encoding="utf-8"))
