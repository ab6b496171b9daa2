"""Everything a batch fetched → one WARC file (WARC 1.1, ISO 28500), written as the visits end."""

import hashlib
import io
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, BinaryIO

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipeline.artifacts import Bundle
from pipeline.nouns import Json, canonical_json
from spiders.visit import Exchange

_WIRE_ONLY = {"content-encoding", "transfer-encoding", "content-length"}
"""Headers about how a body was sent; it is kept as it was read, so they go by another name."""


class EvidenceFile:
    """One WARC file being written in a folder of its own; `bundle` is what the store takes."""

    def __init__(self, folder: Path, *, at: datetime) -> None:
        self._path = folder / "batch.warc.gz"
        self._at = at
        self._stream: BinaryIO = self._path.open("wb")
        self._writer = WARCWriter(self._stream, gzip=True, warc_version="WARC/1.1")
        self._bodies: dict[str, tuple[int, int]] = {}
        self._visits: list[dict[str, Json]] = []
        info = {"software": "fanzha", "format": "WARC File Format 1.1"}
        self._write(self._writer.create_warcinfo_record("batch.warc.gz", info))

    def add_exchange(self, exchange: Exchange) -> list[Json]:
        """Keep an answer and the request to it; gives both records' places for the manifest."""
        headers = [(_name(key), value) for key, value in exchange.headers]
        headers.append(("Content-Length", str(len(exchange.body))))
        answer = self._writer.create_warc_record(
            exchange.url,
            "response",
            payload=io.BytesIO(exchange.body),
            length=len(exchange.body),
            http_headers=StatusAndHeaders(_status(exchange.status), headers, protocol="HTTP/1.1"),
            warc_headers_dict={
                "WARC-Date": _date(exchange.at),
                "WARC-Payload-Digest": f"sha256:{exchange.sha256}",
                **({"WARC-IP-Address": exchange.ip} if exchange.ip else {}),
                **({"WARC-Truncated": exchange.truncated} if exchange.truncated else {}),
            },
        )
        place = self._write(answer)
        self._bodies.setdefault(exchange.sha256, (place["offset"], place["length"]))
        request = self._writer.create_warc_record(
            exchange.url,
            "request",
            http_headers=StatusAndHeaders(
                f"GET {_path(exchange.url)} HTTP/1.1",
                list(exchange.request_headers),
                is_http_request=True,
            ),
            warc_headers_dict={
                "WARC-Date": _date(exchange.at),
                "WARC-Concurrent-To": answer.rec_headers.get_header("WARC-Record-ID"),
            },
        )
        records = [{**place, "sha256": exchange.sha256}, self._write(request)]
        if exchange.certificate:
            kind = "application/pkix-cert"
            records.append(self.add_resource(exchange.url, exchange.certificate, kind, exchange.at))
        return records

    def add_resource(self, url: str, content: bytes, kind: str, at: datetime) -> Json:
        """Keep bytes that belong to an address: a certificate, a screenshot."""
        return self._add("resource", url, content, kind, at)

    def add_visit(self, url: str, keys: list[str], records: list[Json], facts: Json) -> None:
        """Close a visit: its facts as a metadata record, and its line in the manifest."""
        place = self._add("metadata", url, canonical_json(facts), "application/json", self._at)
        self._visits.append(
            {"indicators": keys, "at": self._at.isoformat(), "records": [*records, place]}
        )

    def _add(self, type_: str, url: str, content: bytes, kind: str, at: datetime) -> Json:
        sha256 = hashlib.sha256(content).hexdigest()
        record = self._writer.create_warc_record(
            url,
            type_,
            payload=io.BytesIO(content),
            length=len(content),
            warc_content_type=kind,
            warc_headers_dict={
                "WARC-Date": _date(at),
                "WARC-Payload-Digest": f"sha256:{sha256}",
                "WARC-Block-Digest": f"sha256:{sha256}",
            },
        )
        place = self._write(record)
        self._bodies.setdefault(sha256, (place["offset"], place["length"]))
        return {**place, "sha256": sha256, "kind": kind}

    def _write(self, record: Any) -> dict[str, Json]:
        start = self._stream.tell()
        self._writer.write_record(record)
        headers = record.rec_headers
        return {
            "type": record.rec_type,
            "url": headers.get_header("WARC-Target-URI") or "",
            "offset": start,
            "length": self._stream.tell() - start,
            "sha256": "",
        }

    def close(self) -> Bundle:
        """End the file; it stays in its folder until the store has taken it."""
        self._stream.close()
        digest = hashlib.sha256(self._path.read_bytes()).hexdigest()
        at = self._at.astimezone(UTC)
        name = f"{at:%Y/%m/%d}/{at:%Y%m%dT%H%M%S}-{digest[:12]}"
        return Bundle(name, self._path, self._bodies, self._visits)


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


def _date(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
