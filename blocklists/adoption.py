"""Releases that carriers have and the database does not know: it was restored from an older copy."""

from datetime import datetime
from itertools import pairwise

from blocklists.chain import trusted_keys, walk
from blocklists.retention import serials
from blocklists.shelf import read_index
from pipeline.errors import FanzhaError
from pipeline.nouns import Kind, Release
from pipeline.settings import Settings
from pipeline.store import Connection
from pipeline.store import releases as reserved
from pipeline.store.decisions import last_seq


def unknown_releases(tx: Connection, settings: Settings) -> list[Release]:
    """The releases on disk that are newer than the database, verified, as it is to know them.

    Their cut is the database's last decision: what was decided after the copy was made is lost, and
    the next release is measured against what the database still holds. Raises `FanzhaError` where
    there are none, or where they do not follow the last one that the database knows.
    """
    folder, last = settings.releases_dir, reserved.latest(tx)
    newer = [serial for serial in serials(folder) if serial > (last.serial if last else 0)]
    if not newer:
        known = f"serial {last.serial}" if last else "none at all"
        raise FanzhaError(
            f"release: {folder} holds nothing newer than the database knows ({known}); "
            "there is nothing to adopt"
        )
    public = trusted_keys(settings)
    kept = settings.release
    since = last.serial if last else newer[0]
    checked = list(
        walk(folder, public=public, keep=kept.keep, keep_full=kept.keep_full, since=since)
    )
    if last and (checked[0].serial, checked[0].sha256) != (last.serial, last.manifest_sha256):
        raise FanzhaError(
            f"release {last.serial}: the database knows it by sha256 {last.manifest_sha256}, and "
            f"{folder} holds another; restore the two from copies of one time"
        )
    before = {after.serial: first.sha256 for first, after in pairwise(checked)}
    found = []
    for release in checked:
        if release.serial not in newer:
            continue
        index = read_index(folder / str(release.serial)) or {}
        found.append(
            Release(
                serial=release.serial,
                at=datetime.fromisoformat(index["at"]),
                cut=last_seq(tx),
                previous=before.get(release.serial),
                manifest_sha256=release.sha256,
                entries=sum(index["counts"][kind.value] for kind in Kind),
            )
        )
    return found
