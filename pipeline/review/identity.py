"""Who made an appeal: sealed on arrival, opened by a senior alone, and each opening is recorded."""

import json
from dataclasses import asdict, dataclass

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from pipeline.errors import FanzhaError


@dataclass(frozen=True, slots=True)
class Appellant:
    """What a person said about themselves; none of it is asked for but a way to answer."""

    name: str
    contact: str
    relation: str
    """What the person is to the entry: owner, subscriber, lawyer."""


def seal(appellant: Appellant, *, key: bytes) -> bytes:
    """Encrypt to the appeals' public key (libsodium sealed box), padded so that its size tells little."""
    text = json.dumps(asdict(appellant), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 256)
    return bytes(SealedBox(PublicKey(key)).encrypt(text))


def unseal(sealed: bytes, *, key: bytes) -> Appellant:
    """Read a sealed identity with the private key. Raises `FanzhaError` where it is another's."""
    try:
        return Appellant(**json.loads(SealedBox(PrivateKey(key)).decrypt(sealed)))
    except CryptoError as error:
        raise FanzhaError(
            "the identity was sealed to another key than keys/appeals.key; restore that file from "
            "your backup"
        ) from error
