"""The audited step from a surrogate to the number: written down first, opened after."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from pipeline.errors import FanzhaError
from pipeline.feeds.keyring import kept_keyring
from pipeline.feeds.sealed import open_sealed
from pipeline.feeds.shelf import Shelf
from pipeline.store import Store
from pipeline.store.resolutions import add_resolutions


def resolve(
    store: Store,
    shelf: Shelf,
    surrogates: Iterable[int],
    *,
    keys_folder: Path,
    actor: str,
    purpose: str,
    now: datetime,
) -> dict[int, str]:
    """The numbers of subjects' surrogates; those of whom no sealed number is there are left out.

    The audit is committed before anything is opened, so that a crash leaves a trace too many rather
    than one too few. Raises `FanzhaError` where no purpose is given.
    """
    if not purpose.strip():
        raise FanzhaError("resolving a number needs a purpose, such as --purpose 'case 2026-118'")
    wanted = sorted(set(surrogates))
    with store.write() as tx:
        add_resolutions(
            tx, wanted, carrier=shelf.carrier, actor=actor, purpose=purpose.strip(), at=now
        )
    found: dict[int, str] = {}
    keys: dict[int, bytes] = {}
    # The newest first: who calls today was sealed today, and the files of a year stay shut.
    for delivery in sorted(shelf.deliveries(), key=lambda d: d.newest, reverse=True):
        missing = [s for s in wanted if s not in found]
        if not missing:
            break
        generation = delivery.generation
        if generation not in keys:
            keys[generation] = kept_keyring(shelf, keys_folder, generation).seal_key
        sealed = shelf.sealed(delivery.kind, delivery.id)
        found.update(open_sealed([sealed], keys[generation], missing))
    return found
