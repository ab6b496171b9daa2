"""The appeal code: ten characters by which an entry's decision is named over the telephone."""

import base64


def appeal_code(decision: str) -> str:
    """The code of a decision, from its id in hex: ten characters of A–Z and 2–7 (RFC 4648, 6).

    Fifty bits of a sha256: two of a million live decisions share one with a chance of one in 2,000,
    and who appeals names the entry too.
    """
    return base64.b32encode(bytes.fromhex(decision))[:10].decode()
