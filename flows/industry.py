"""What the commands of the industry's list share: its folder, its keys, the documents of subjects."""

from collections.abc import Iterable
from pathlib import Path

from pipeline.errors import FanzhaError
from pipeline.feeds.industry import Notice
from pipeline.feeds.industry_folder import IndustryFolder
from pipeline.feeds.subjects import canonical_subject
from pipeline.keys import load_or_make_key
from pipeline.settings import Settings
from pipeline.signatures import Signer


def folder_of(settings: Settings) -> IndustryFolder:
    """What this installation keeps of the list."""
    return IndustryFolder(settings.home / "industry")


def signer_of(settings: Settings) -> Signer:
    """Who signs our notices; its key is made on first use."""
    return Signer.from_file(settings.home / "keys" / "industry-signing.key")


def key_path(settings: Settings, chosen: Path | None) -> Path:
    """Where the key of the agreement lies."""
    return chosen or settings.home / "keys" / "industry.key"


def agreed_key(settings: Settings, chosen: Path | None) -> bytes:
    """The key of the agreement. Raises `FanzhaError` where there is none: nobody else would share it."""
    path = key_path(settings, chosen)
    if not path.exists():
        raise FanzhaError(
            f"{path}: expected the key of the agreement; put it there, or make one with "
            "`fanzha industry make-key` and send it to the other parties"
        )
    return load_or_make_key(path)


def count_of(notices: Iterable[Notice], source: str) -> int:
    """How many notices are of one party."""
    return sum(notice.source == source for notice in notices)


def documents(path: Path | None) -> dict[int, str]:
    """The documents of a file, one a line, in the form of the exchange, by the line's number.

    Raises `FanzhaError`, which repeats no document, where a line is none.
    """
    if path is None:
        return {}
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise FanzhaError(f"{path}: expected a text file, one document a line ({error})") from error
    found = {}
    for n, line in enumerate(lines, 1):
        if line.strip():
            try:
                found[n] = canonical_subject(line)
            except FanzhaError as error:
                raise FanzhaError(f"{path}, line {n}: {error}") from error
    return found
