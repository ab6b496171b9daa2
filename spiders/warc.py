"""What was fetched → WARC records (WARC 1.1, ISO 28500), each a gzip member of its own. Pure."""

import hashlib
import io
import zlib
from http import HTTPStatus
from typing import Any, NamedTuple

from warcio.recordbuilder import RecordBuilder
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

_WIRE_ONLY = {"content-encoding", "transfer-encoding", "content-length"}
"""Headers about how a body was sent; it is kept as it was read, so they go by another name."""
_BUILDER = RecordBuilder(warc_version="WARC/1.1")
_LOOKAHEAD = 262
"""Bytes of its window that zlib keeps for itself (deflate.h, MIN_LOOKAHEAD)."""
_LEVEL = 6
"""Of zlib. Level 9 takes twice the time for pages that come out one hundredth smaller."""


class Member(NamedTuple):
    """One record, ready to be put at the end of a file; of plain values, to go between processes."""

    type: str
    url: str
    sha256: str
    """Of its body; empty where it has none of its own."""
    kind: str
    """Media type of a body that is no answer; else empty."""
    data: bytes
    """The gzip member."""


class Fetched(NamedTuple):
    """One request and its answer, of plain values; `spiders.visit.Exchange` says what they mean."""

    url: str
    at: str
    """As `WARC-Date`."""
    ip: str | None
    request_headers: tuple[tuple[str, str], ...]
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    truncated: str | None
    certificate: bytes | None


def info_member() -> Member:
    """The first record of a file: who wrote it."""
    info = {"software": "fanzha", "format": "WARC File Format 1.1"}
    return _member(_BUILDER.create_warcinfo_record("batch.warc.gz", info), "", "")


def exchange_members(fetched: Fetched, sha256: str) -> list[Member]:
    """An answer, the request to it, and the certificate of the server, if there was one."""
    headers = [(_name(key), value) for key, value in fetched.headers]
    headers.append(("Content-Length", str(len(fetched.body))))
    answer = _BUILDER.create_warc_record(
        fetched.url,
        "response",
        payload=io.BytesIO(fetched.body),
        length=len(fetched.body),
        http_headers=StatusAndHeaders(_status(fetched.status), headers, protocol="HTTP/1.1"),
        warc_headers_dict={
            "WARC-Date": fetched.at,
            "WARC-Payload-Digest": f"sha256:{sha256}",
            **({"WARC-IP-Address": fetched.ip} if fetched.ip else {}),
            **({"WARC-Truncated": fetched.truncated} if fetched.truncated else {}),
        },
    )
    request = _BUILDER.create_warc_record(
        fetched.url,
        "request",
        http_headers=StatusAndHeaders(
            f"GET {_path(fetched.url)} HTTP/1.1",
            list(fetched.request_headers),
            is_http_request=True,
        ),
        warc_headers_dict={
            "WARC-Date": fetched.at,
            "WARC-Concurrent-To": answer.rec_headers.get_header("WARC-Record-ID"),
        },
    )
    members = [_member(answer, sha256, ""), _member(request, "", "")]
    if fetched.certificate:
        kind = "application/pkix-cert"
        members.append(resource_member(fetched.url, fetched.certificate, kind, fetched.at))
    return members


def resource_member(url: str, content: bytes, kind: str, at: str) -> Member:
    """Bytes that belong to an address: a certificate, a screenshot."""
    return _content_member("resource", url, content, kind, at)


def metadata_member(url: str, facts: bytes, at: str) -> Member:
    """All facts of a visit, as JSON."""
    return _content_member("metadata", url, facts, "application/json", at)


def _content_member(type_: str, url: str, content: bytes, kind: str, at: str) -> Member:
    sha256 = hashlib.sha256(content).hexdigest()
    record = _BUILDER.create_warc_record(
        url,
        type_,
        payload=io.BytesIO(content),
        length=len(content),
        warc_content_type=kind,
        warc_headers_dict={
            "WARC-Date": at,
            "WARC-Payload-Digest": f"sha256:{sha256}",
            "WARC-Block-Digest": f"sha256:{sha256}",
        },
    )
    return _member(record, sha256, kind)


def _member(record: Any, sha256: str, kind: str) -> Member:
    whole = io.BytesIO()
    WARCWriter(whole, gzip=False, warc_version="WARC/1.1").write_record(record)
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _window(whole.tell()) | 16)
    data = packer.compress(whole.getbuffer()) + packer.flush()
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    return Member(record.rec_type, url, sha256, kind, data)


def _window(size: int) -> int:
    """The least window, as a power of two, in which all of a record finds itself again.

    To make the largest one ready takes as long as to compress a small page.
    """
    return max(9, min(zlib.MAX_WBITS, (size + _LOOKAHEAD).bit_length()))


def _name(header: str) -> str:
    return f"X-Archive-Orig-{header}" if header.lower() in _WIRE_ONLY else header


def _status(code: int) -> str:
    try:
        return f"{code} {HTTPStatus(code).phrase}"
    except ValueError:
        return f"{code} Unknown"


def _path(url: str) -> str:
    rest = url.partition("://")[2].partition("/")[2]
    return f"/{rest}"
