"""Which carrier a command means: one whose feeds were taken in, and never a name typed wrongly."""

from pipeline.errors import FanzhaError
from pipeline.feeds.keyring import Keyring, kept_keyring
from pipeline.feeds.shelf import Shelf
from pipeline.feeds.subscribers import appears
from pipeline.nouns import Indicator
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.points import ledgers_of


def carriers(settings: Settings) -> list[str]:
    """The carriers of which a feed was taken in whole."""
    ledgers = settings.feeds_dir.glob("*/ledger")
    return sorted(folder.parent.name for folder in ledgers if any(folder.glob("*.json")))


def shelf_of(settings: Settings, carrier: str | None) -> Shelf:
    """The shelf of a carrier; of the only one, where none is named.

    Raises `FanzhaError` where it has none, or where none is named and there are several: an act on
    the wrong one would pass for done.
    """
    there = carriers(settings)
    if not there:
        raise FanzhaError(
            "no carrier's feed was taken in yet; `fanzha numbers take FILE --carrier NAME` does it"
        )
    if carrier is None and len(there) > 1:
        raise FanzhaError(f"--carrier: expected which one of {', '.join(there)}, got none")
    named = there[0] if carrier is None else carrier
    if named not in there:
        raise FanzhaError(
            f"--carrier: no feed of {named!r} was taken in; there are those of {', '.join(there)}"
        )
    return Shelf(settings.feeds_dir, named)


def keys_of(settings: Settings, shelf: Shelf) -> Keyring:
    """The keys by which a carrier's numbers are looked up, as they are: none are made here.

    Raises `FanzhaError` where a rotation stopped half-way: some of what is kept of a number would
    not be found.
    """
    keys = kept_keyring(shelf, settings.feed_keys_dir)
    if is_half_rotated(shelf, keys):
        raise FanzhaError(
            f"{shelf.carrier}: its keys were rotated and not all is carried over; finish it with "
            f"`fanzha numbers rekey --carrier {shelf.carrier}`"
        )
    return keys


def is_half_rotated(shelf: Shelf, keys: Keyring) -> bool:
    """Whether some of a carrier's files are still under the keys before these."""
    return any(delivery.generation < keys.generation for delivery in shelf.deliveries())


def surrogate_of(store: Store, settings: Settings, shelf: Shelf, number: Indicator) -> int:
    """The surrogate of a number that a carrier's feeds or points know.

    Raises `FanzhaError` where they do not: whatever was done about it would concern nobody.
    """
    surrogate = keys_of(settings, shelf).surrogate("number", number.value)
    with store.read() as tx:
        has_points = bool(ledgers_of(tx, shelf.carrier, [surrogate]))
    if not has_points and not appears(shelf, surrogate):
        raise FanzhaError(
            f"{number.value}: no feed of {shelf.carrier} ever named it, and it has no points there; "
            "is it another carrier's?"
        )
    return surrogate
