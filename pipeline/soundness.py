"""Evidence compared with its hashes: the records with the manifest, the manifest with the database."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.artifacts import ArtifactStore, Place
from pipeline.errors import FanzhaError
from pipeline.nouns import Json
from pipeline.store import Store
from pipeline.store.evidence_files import Recorded, names_kept, recorded
from pipeline.warc import read_payload

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Checked:
    """One evidence file, compared with everything that is known of it."""

    name: str
    is_recorded: bool
    """False where the database knows nothing of it: its batch was killed before it was stored, or it
    is from before files were written down, or somebody put it there."""
    records: int
    """Bodies that were compared with their hashes."""
    faults: tuple[str, ...]
    mended: int = 0
    """Pointers that were missing and were written anew."""


def verify(store: ArtifactStore, records: Store, *, mend: bool = False) -> Iterator[Checked]:
    """Compare every evidence file, and every body in it, with its hashes; and name what is missing.

    `mend` writes pointers anew that are missing; what they say stands in the manifests.
    """
    names = store.bundles()
    there = set(names)
    for start in range(0, len(names), _AT_ONCE):
        some = names[start : start + _AT_ONCE]
        with records.read() as connection:
            known = recorded(connection, some)
        for name in some:
            yield check(store, name, known.get(name), mend=mend)
    with records.read() as connection:
        for name in names_kept(connection):
            if name not in there:
                yield Checked(name, True, 0, ("its manifest is missing",))


def check(store: ArtifactStore, name: str, known: Recorded | None, *, mend: bool) -> Checked:
    """Compare one evidence file and every body in it with its hashes."""
    visits = (store.manifest(name) or {"visits": []})["visits"]
    faults = file_faults(store, name, known)
    if store.has_file(name):
        for visit in visits:
            faults += record_faults(store, name, visit)
    lost = store.pointers_missing(name)
    if mend:
        store.point(lost)
    elif lost:
        faults.append(f"{len(lost)} pointers to it are missing, so it is not found by them")
    bodies = sum(1 for visit in visits for record in visit["records"] if record["sha256"])
    return Checked(name, known is not None, bodies, tuple(faults), len(lost) if mend else 0)


def file_faults(store: ArtifactStore, name: str, known: Recorded | None) -> list[str]:
    """What does not fit of a manifest and its file as wholes; empty where all does."""
    sha256 = store.manifest_sha256(name)
    manifest = store.manifest(name)
    if sha256 is None or manifest is None:
        return ["its manifest is missing or cannot be read"]
    faults = []
    if known is not None and sha256 != known.manifest_sha256:
        faults.append(
            f"its manifest was changed: sha256 {known.manifest_sha256} was written down, {sha256} is there"
        )
    there = store.file_sha256(name)
    if there is None:
        faults.append("the file is missing")
    elif there != manifest["sha256"]:
        faults.append(
            f"the file was changed: its manifest has sha256 {manifest['sha256']}, {there} is there"
        )
    return faults


def record_faults(store: ArtifactStore, name: str, visit: dict[str, Json]) -> list[str]:
    """The bodies of one visit that are not those of their hashes."""
    faults = []
    for record in visit["records"]:
        if not record["sha256"]:
            continue  # requests and the like, for which the hash of the whole file speaks
        place = Place(name, record["offset"], record["length"])
        try:
            body = read_payload(store.record(place))
        except FanzhaError:
            body = None
        if body is None or hashlib.sha256(body).hexdigest() != record["sha256"]:
            faults.append(
                f"the {record['type']} at {record['offset']} is not the one of sha256 {record['sha256']}"
            )
    return faults
