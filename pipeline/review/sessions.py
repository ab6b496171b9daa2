"""Sessions of the desk: kept at the server, named by a token that only the browser holds."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from pipeline.settings import DeskSettings
from pipeline.store import Connection, accounts
from pipeline.store.accounts import Account, Session

_TOUCH = timedelta(seconds=60)
"""How seldom the last use is written: reading a page should not cost a write each time."""


def open_session(tx: Connection, account: Account, *, settings: DeskSettings, now: datetime) -> str:
    """Open a session and return its token, which the store does not keep."""
    token = secrets.token_urlsafe(32)
    accounts.drop_sessions(tx, opened_before=now - timedelta(hours=settings.session_hours))
    accounts.open_session(tx, Session(id_of(token), account.login, now, now))
    return token


def id_of(token: str) -> str:
    """The name under which the store knows a token: whoever reads the store cannot use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def live_session(
    tx: Connection, token: str, *, settings: DeskSettings, now: datetime
) -> tuple[Session, Account] | None:
    """The session of a token and its account; None where it has ended or the account is closed."""
    found = accounts.session_of(tx, id_of(token))
    if found is None:
        return None
    session, account = found
    idle = now - session.seen_at > timedelta(minutes=settings.session_minutes)
    old = now - session.opened_at > timedelta(hours=settings.session_hours)
    return None if idle or old or account.closed_at is not None else found


def wants_touch(session: Session, *, now: datetime) -> bool:
    """Whether the last use is long enough ago to be written again."""
    return now - session.seen_at > _TOUCH


def csrf_token(token: str) -> str:
    """What every changing request of a session must carry beside its cookie (OWASP, HMAC pattern)."""
    return hmac.digest(token.encode(), b"csrf", "sha256").hex()


def csrf_holds(token: str, given: str) -> bool:
    """Whether a request carries the token of its session; takes the same time either way."""
    return hmac.compare_digest(csrf_token(token).encode(), given.encode())
