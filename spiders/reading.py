"""One answer → its page and the records that keep it: what a reader process does, and all it does.

Started as `python -m spiders.reading FD` by `spiders.readers`, which alone speaks to it.
"""

import gc
import hashlib
import resource
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.nouns import Json, canonical_json
from spiders.confinement import confine
from spiders.extract import extract, extract_text
from spiders.extract.hashes import icon_hash
from spiders.warc import Fetched, Member, exchange_members, metadata_member, resource_member
from spiders.wire import HEAD, question, told

PAGE, ICON, NOTHING = "page", "icon", "nothing"
"""What an answer is read for."""
_ICON_TYPES = ("image/", "application/octet-stream")

_MORE_MEMORY = 2 << 30
"""Bytes that a reader may take beside what it begins with; the worst page known takes some 100 MB."""
_OBJECTS = 70_000
"""New objects after which circles are looked for; Python's own number is 700."""
READY = b"reader"
"""What a reader says once it can read."""
Reading = tuple[str, dict[str, Json] | None, str | None, list[Member]]
"""Sha256 of the body, the page or None, the icon's hash or None, and the records."""


def read_answer(fetched: Fetched, wanted: str) -> Reading:
    """Everything about one answer, read and packed."""
    fetched = Fetched(*fetched)
    sha256 = hashlib.sha256(fetched.body).hexdigest()
    members = exchange_members(fetched, sha256)
    kind = next((value for key, value in fetched.headers if key.lower() == "content-type"), "")
    page = read_page(fetched, kind.lower()) if wanted == PAGE else None
    return sha256, page, _icon(fetched, kind.lower()) if wanted == ICON else None, members


def read_page(fetched: Fetched, kind: str) -> dict[str, Json] | None:
    """The page in an answer, as JSON; None where it is no text."""
    textual = "html" in kind or "text/" in kind or "xml" in kind
    head = fetched.body[:512].lstrip()
    if not (textual or head.startswith(b"<") or (not kind and b"\0" not in head)):
        return None
    page = extract(fetched.body, url=fetched.url, status=fetched.status, content_type=kind)
    return page.to_json()


def _icon(fetched: Fetched, kind: str) -> str | None:
    """The hash of an icon, if what came is one."""
    if fetched.status != 200 or not fetched.body or not (kind or "image/").startswith(_ICON_TYPES):
        return None
    return None if fetched.body.lstrip().startswith(b"<!") else icon_hash(fetched.body)


def read_document(html: str, url: str, status: int) -> dict[str, Json]:
    """The page in a document that a browser made, as JSON."""
    return extract_text(html, url=url, status=status).to_json()


def pack_facts(url: str, facts: dict[str, Json], at: str) -> Member:
    """The record of all facts of a visit."""
    return metadata_member(url, canonical_json(facts), at)


TASKS: dict[str, Callable[..., Any]] = {
    "answer": read_answer,
    "document": read_document,
    "facts": pack_facts,
    "resource": resource_member,
}
"""What a reader can be asked to do. Arguments and results are plain values, which `spiders.wire` takes."""


def serve(line: socket.socket) -> None:
    """Do what is asked, one after the other, until the other side hangs up."""
    stream = line.makefile("rb", buffering=1 << 16)
    line.sendall(READY)
    while len(head := stream.read(HEAD)) == HEAD:
        task, arguments = question(stream.read(int.from_bytes(head, "big")))
        try:
            answer = told((True, TASKS[task](*arguments)))
        except Exception as error:  # noqa: BLE001  told to who asked; it is this page's alone
            answer = told((False, f"{type(error).__name__}: {error}"[:500]))
        line.sendall(answer)


def look_seldom_for_circles() -> None:
    """Let Python look for objects that refer to one another a hundred times as seldom as it does.

    What is read makes many objects and no circles; looking for them takes a tenth of the time. What is
    there already stays, and is not looked at again.
    """
    gc.freeze()
    gc.set_threshold(_OBJECTS)


def _memory() -> int:
    """Bytes of address space that this process has."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()


if __name__ == "__main__":
    # The starter decides when to stop; it hangs up then.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Models are read when they are first needed, one of them by way of a temporary file.
    for words in ("a page that does not say which language it is in", "會員登入 138 0013 8000"):
        extract(f"<p>{words}</p>".encode(), url="https://warm.example/")
    # Whatever a page makes of its reader, it writes no file.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Nor does it start a process or take the memory of the others.
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    memory = _memory() + _MORE_MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    if not confine():
        sys.stderr.write("this system filters no system calls: readers could open sockets\n")
    look_seldom_for_circles()
    serve(socket.socket(fileno=int(sys.argv[1])))
