"""The analyst's own protected list: one more name or number, with its reason and who gave it.

The file is `protected.toml` in the home folder, in the format of the shipped list; people may write
it by hand as well. An entry is appended, so whatever else stands there stays as it is.
"""

import fcntl
import json
import tomllib
from pathlib import Path

from pipeline.errors import FanzhaError
from pipeline.indicators import is_above_public_suffix, is_public_suffix
from pipeline.nouns import Indicator, Kind
from pipeline.protected.load import ANALYST_FILE


def protect(home: Path, indicator: Indicator, *, reason: str, actor: str, day: str) -> bool:
    """Add a name (with all below it) or a number to the list; False where it is there already.

    Raises `FanzhaError` where there is no reason, or it would protect strangers, as a public suffix
    or a single page does, or where the file cannot be read.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise FanzhaError("--reason: expected why it is protected, got nothing")
    group = _group(indicator)
    home.mkdir(parents=True, exist_ok=True)
    path = home / ANALYST_FILE
    with (home / f".{ANALYST_FILE}.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        text = path.read_text("utf-8-sig") if path.is_file() else "version = 1\n"
        if _is_there(text, group, indicator.value, path):
            return False
        words = json.dumps(f"{reason} ({actor}, {day})", ensure_ascii=False)
        text = text.rstrip("\n") + (
            f'\n\n[[{group}]]\nkind = "analyst"\nzh = {words}\nen = {words}\n'
            f"{group} = [{json.dumps(indicator.value)}]\n"
        )
        _parsed(text, path)
        draft = path.with_suffix(".part")
        draft.write_text(text, "utf-8")
        draft.replace(path)
    return True


def _group(indicator: Indicator) -> str:
    if indicator.kind is Kind.NUMBER:
        return "numbers"
    if indicator.kind is Kind.URL:
        raise FanzhaError(
            f"{indicator.value}: expected a name or a number, got a page; name its site"
        )
    if is_public_suffix(indicator.value) or is_above_public_suffix(indicator.value):
        raise FanzhaError(
            f"{indicator.value}: strangers have names below it, and all of them would be protected; "
            "name the one that is meant"
        )
    return "names"


def _is_there(text: str, group: str, value: str, path: Path) -> bool:
    return any(value in entry.get(group, []) for entry in _parsed(text, path).get(group, []))


def _parsed(text: str, path: Path) -> dict[str, list[dict[str, list[str]]]]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FanzhaError(f"{path}: cannot be added to ({error}); mend it first") from error
