"""Records of evidence files (WARC 1.1, ISO 28500), read back as bytes."""

import io

from warcio.archiveiterator import ArchiveIterator


def read_payload(record: bytes) -> bytes | None:
    """The body in one gzipped record, without its HTTP headers; None where it is no record."""
    try:
        for one in ArchiveIterator(io.BytesIO(record)):
            return bytes(one.content_stream().read())
    except Exception:  # noqa: BLE001  whatever somebody made of the bytes, they are no record
        return None
    return None
