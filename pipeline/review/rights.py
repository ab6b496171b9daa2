"""Who may do what at the desk: roles are sets of rights, and every route asks for one right."""

from enum import StrEnum


class Right(StrEnum):
    """One thing an account may do."""

    SEE = "see"
    """Read the queue, the items, the appeals and the figures."""
    DECIDE = "decide"
    """Settle items, propose what takes two, look at others' decisions blindly."""
    SECOND = "second"
    """Second or refuse what takes two, answer appeals, open an appellant's identity."""
    AUDIT = "audit"
    """Read the audit log."""
    MANAGE = "manage"
    """Make, change and close accounts."""


class Role(StrEnum):
    """What an account is for."""

    ANALYST = "analyst"
    SENIOR = "senior"
    AUDITOR = "auditor"
    """Sees all and changes nothing."""
    ADMIN = "admin"
    """Keeps the accounts, and settles nothing: who appoints does not judge."""


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.ANALYST: frozenset({Right.SEE, Right.DECIDE}),
    Role.SENIOR: frozenset({Right.SEE, Right.DECIDE, Right.SECOND, Right.AUDIT}),
    Role.AUDITOR: frozenset({Right.SEE, Right.AUDIT}),
    Role.ADMIN: frozenset({Right.SEE, Right.AUDIT, Right.MANAGE}),
}
