"""Who answers for an act at the machine itself, where nobody logs in: an open account with the right."""

from pipeline.errors import FanzhaError
from pipeline.review.rights import RIGHTS, Right, Role
from pipeline.store import Connection
from pipeline.store.accounts import account_of


def refuse_unanswerable(tx: Connection, login: str, right: Right) -> None:
    """Raise `FanzhaError` unless a login is that of an open account whose role has a right.

    Whoever can run a command can type any name, so who typed it is recorded beside it.
    """
    account = account_of(tx, login)
    if account is None or account.closed_at is not None:
        raise FanzhaError(f"no open account {login!r}; `fanzha user list` shows them")
    if right not in RIGHTS[Role(account.role)]:
        whose = " or ".join(role.value for role, rights in RIGHTS.items() if right in rights)
        raise FanzhaError(
            f"{login} is {account.role}, and this is for a {whose} to settle: have one of them do it"
        )
