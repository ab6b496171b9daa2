"""Codes: of an authenticator (TOTP, RFC 6238), and those that are shown to a person once."""

import hashlib
import secrets
from datetime import datetime

import pyotp
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from pipeline.errors import FanzhaError

ISSUER = "Fanzha"

_TOTP_SECONDS = 30
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No 0, 1, I, L, O, U: a code is read over the telephone."""


def new_code() -> str:
    """A code of 12 letters: 30^12 or 2^58 of them, so that none is guessed."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(12))
    return "-".join((letters[:4], letters[4:8], letters[8:]))


def hash_of(code: str, *, of: str) -> str:
    """What the store keeps of a code: it knows one again, however typed, and cannot give it away.

    `of` says what the code opens, so that none opens anything else.
    """
    plain = "".join(letter for letter in code.upper() if letter in _LETTERS)
    return hashlib.sha256(f"{of} {plain}".encode()).hexdigest()


def new_secret(key: bytes) -> bytes:
    """A fresh secret for an authenticator, sealed."""
    return bytes(SecretBox(key).encrypt(pyotp.random_base32().encode()))


def open_secret(sealed: bytes, key: bytes) -> str:
    """The base32 secret. Raises `FanzhaError` where it was sealed with another key."""
    try:
        return SecretBox(key).decrypt(sealed).decode()
    except CryptoError as error:
        raise FanzhaError(
            "the secrets of the accounts were sealed with another key than keys/desk.key; restore "
            "that file from your backup"
        ) from error


def address_of(secret: str, login: str) -> str:
    """The `otpauth://` address that an authenticator scans."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def step_of(code: str, secret: str, now: datetime) -> int | None:
    """The time step a code belongs to: this one, or a neighbour, for clocks that run apart."""
    totp = pyotp.TOTP(secret)
    code = code.replace(" ", "")
    step = int(now.timestamp()) // _TOTP_SECONDS
    for near in (step, step - 1, step + 1):
        if pyotp.utils.strings_equal(code, totp.generate_otp(near)):
            return near
    return None
