"""The download service as the client sees it: authenticated GETs with limits, and the receipt."""

import gzip
import importlib
import json
import ssl
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from http.client import HTTPException, HTTPResponse
from typing import Any, BinaryIO, cast
from urllib.parse import quote, urlsplit

from .refusals import Code, PullError

PIECE = 256 * 1024
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class MissingError(Exception):
    """The service has no such release, file or delta (404 or 410)."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the token elsewhere; the service makes none."""

    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Source:
    """Where releases come from, and how long we wait."""

    url: str
    token: str
    timeout: float = 30.0
    """Seconds that one read may take."""
    deadline: float = 900.0
    """Seconds that one download may take altogether; a drip is no download."""
    authority: str | None = None
    """A file of CA certificates (PEM), for a service with a private one."""
    plain: bool = False
    """Whether the token may travel without TLS to another machine."""

    def check(self) -> None:
        """Raise `PullError` for an address to which a token must not be sent."""
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise PullError(
                Code.USAGE, f"expected https://HOST as the source, and {self.url!r} came"
            )
        if parts.scheme == "http" and parts.hostname not in _LOOPBACK and not self.plain:
            raise PullError(
                Code.USAGE, "over http:// anybody on the way reads your token; use https://"
            )

    def read(self, path: str, *, limit: int) -> bytes:
        """A small file whole. Raises `PullError`, or `MissingError` where there is none."""
        with self.open(path) as body:
            return b"".join(pieces(body, limit=limit, seconds=self.deadline))

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        """The unpacked body of a file, to be read in pieces while the block lasts."""
        request = self._request(path)
        request.add_header("Accept-Encoding", ", ".join(_codings()))
        with self._answer(request) as answer:
            yield _unpacked(answer)

    def send(self, path: str, value: dict[str, Any]) -> None:
        """Post JSON. Raises `PullError` where the service does not take it."""
        request = self._request(path)
        request.data = json.dumps(value).encode()
        request.add_header("Content-Type", "application/json")
        try:
            with self._answer(request):
                pass
        except MissingError as error:
            raise PullError(Code.UNREACHABLE, f"{self.url} takes no receipts") from error

    def _request(self, path: str) -> urllib.request.Request:
        url = self.url.rstrip("/") + quote(path, safe="/?=&")
        request = urllib.request.Request(url)  # noqa: S310 - `check` lets http and https pass alone
        request.add_header("User-Agent", "fanzha-pull/1")
        # Unredirected: it would not be sent on, even if a redirect were followed.
        request.add_unredirected_header("Authorization", f"Bearer {self.token}")
        return request

    @contextmanager
    def _answer(self, request: urllib.request.Request) -> Iterator[HTTPResponse]:
        opener = _opener(self.authority if request.type == "https" else "")
        try:
            answer = opener.open(request, timeout=self.timeout)
        except urllib.error.HTTPError as error:
            with error:
                raise _failure(error) from error
        except (OSError, HTTPException) as error:
            raise PullError(Code.UNREACHABLE, f"{self.url} did not answer: {error}") from error
        with answer:
            yield cast("HTTPResponse", answer)


@lru_cache(maxsize=4)
def _opener(authority: str | None) -> urllib.request.OpenerDirector:
    """What opens connections; with TLS (verified, by the system's CAs where None) unless ''."""
    if authority == "":  # reading the system's CAs takes longer than a small download
        return urllib.request.build_opener(_NoRedirect)
    context = ssl.create_default_context(cafile=authority)
    https = urllib.request.HTTPSHandler(context=context)
    return urllib.request.build_opener(_NoRedirect, https)


def pieces(body: BinaryIO, *, limit: int, seconds: float) -> Iterator[bytes]:
    """A body in pieces. Raises `PullError` behind `limit` bytes or `seconds`.

    The limit counts unpacked bytes, so that a small download cannot become a large file.
    """
    end = time.monotonic() + seconds
    size = 0
    while piece := _piece(body):
        size += len(piece)
        if size > limit:
            raise PullError(Code.REFUSED, f"expected at most {limit} bytes, and more came")
        if time.monotonic() > end:
            raise PullError(Code.UNREACHABLE, f"the download was not done in {seconds:.0f} s")
        yield piece


def _piece(body: BinaryIO) -> bytes:
    try:
        return body.read(PIECE)
    except _broken() as error:
        raise PullError(Code.UNREACHABLE, f"the download broke off: {error}") from error


def _failure(error: urllib.error.HTTPError) -> Exception:
    try:
        detail = json.loads(error.read(10_000))["detail"]
    except (ValueError, KeyError, TypeError, OSError, HTTPException):
        detail = error.reason
    if error.code in (404, 410):
        return MissingError(detail)
    if error.code in (401, 403, 429):
        return PullError(Code.NOT_ADMITTED, f"the service said {error.code}: {detail}")
    return PullError(Code.UNREACHABLE, f"the service said {error.code}: {detail}")


def _codings() -> list[str]:
    return ["zstd", "gzip"] if _zstandard() is not None else ["gzip"]


def _zstandard() -> Any:
    """The zstandard package, where it is installed; gzip will do without."""
    try:
        return importlib.import_module("zstandard")
    except ImportError:
        return None


def _broken() -> tuple[type[Exception], ...]:
    """What reading a body raises where the connection or the packed form of it breaks."""
    package = _zstandard()
    usual = (OSError, HTTPException, EOFError, zlib.error)
    return usual if package is None else (*usual, package.ZstdError)


def _unpacked(answer: HTTPResponse) -> BinaryIO:
    coding = answer.headers.get("Content-Encoding", "identity")
    if coding == "gzip":
        return cast("BinaryIO", gzip.GzipFile(fileobj=answer))
    if coding == "zstd":
        return cast("BinaryIO", _zstandard().ZstdDecompressor().stream_reader(answer))
    if coding != "identity":
        raise PullError(Code.REFUSED, f"asked for gzip, and {coding!r} came")
    return cast("BinaryIO", answer)
