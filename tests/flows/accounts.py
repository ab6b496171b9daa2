"""Accounts of the desk for commands that must be answered for."""

from datetime import UTC, datetime

from pipeline.store import Store, open_store
from pipeline.store.accounts import Account, add_account

MADE = datetime(2026, 1, 1, tzinfo=UTC)


def staff(store: Store) -> None:
    """li, an analyst; wang, a senior; chen, an administrator, who settles nothing."""
    with store.write() as tx:
        for login, role in (("li", "analyst"), ("wang", "senior"), ("chen", "admin")):
            add_account(tx, Account(login, role, "", b"", 0, "en", MADE))


def staff_at(url: str) -> None:
    """The same at a database's URL."""
    store = open_store(url)
    staff(store)
    store.close()
