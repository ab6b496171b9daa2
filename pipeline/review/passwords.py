"""Passwords → argon2id hashes (RFC 9106) and back to a yes or no; slow on purpose, so never in a transaction."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from pipeline.errors import FanzhaError
from pipeline.settings import DeskSettings

MIN_PASSWORD = 12
"""Shortest password, in characters; NIST SP 800-63B asks for length, not for kinds of characters."""


def hashed(password: str, *, login: str, settings: DeskSettings) -> str:
    """The hash of a new password. Raises `FanzhaError` where it is too short or holds the login."""
    if len(password) < MIN_PASSWORD or login in password.lower():
        raise FanzhaError(
            f"password: expected {MIN_PASSWORD} characters or more without the login in them, got "
            f"{len(password)}; three or four unrelated words do well"
        )
    return _hasher(settings.argon2_passes, settings.argon2_kib).hash(password)


def is_right(known: str | None, password: str, *, settings: DeskSettings) -> bool:
    """Whether a password is the one of a hash; takes its time where there is no hash, too.

    So the time of an answer does not tell which accounts exist.
    """
    cost = settings.argon2_passes, settings.argon2_kib
    try:
        right = _hasher(*cost).verify(known or _nobody(*cost), password)
    except (Argon2Error, InvalidHashError):
        return False
    return right and bool(known)


@cache
def _hasher(passes: int, kib: int) -> PasswordHasher:
    return PasswordHasher(time_cost=passes, memory_cost=kib)


@cache
def _nobody(passes: int, kib: int) -> str:
    return _hasher(passes, kib).hash("no account has this password")
