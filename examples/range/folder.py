"""Practice range: a folder with its manifest → the names, sites and registry that are served."""

import mimetypes
import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from examples.range.behaviour import Behaviour
from examples.range.certificates import Wanted
from examples.range.listening import Internet
from examples.range.manifest import Host, Manifest, read_manifest
from examples.range.nameserver import Names
from examples.range.registry import Registration, Registry
from examples.range.running import LOOPBACK
from examples.range.webserver import Answer, Request, response
from pipeline.errors import FanzhaError

_SLOT = re.compile(r"\{\{\s*(include\s+)?([\w./-]+)\s*\}\}")
_TEXT = {".html", ".css", ".js", ".txt", ".svg", ".json", ".xml"}
_NOT_FOUND = b"<!doctype html><title>404 Not Found</title><h1>404 Not Found</h1>"


def internet_of(directory: Path, *, now: datetime, loss: float = 0.0) -> Internet:
    """Everything that a range folder serves. Raises `FanzhaError` for what is wrong in it."""
    manifest = read_manifest(directory)
    names = names_of(manifest, loss=loss)
    sites = {host.name: HostSite.of(host, directory) for host in manifest.host}
    wanted = {
        host.name: Wanted(host.certificate, host.certificate_names, host.organisation)
        for host in manifest.host
        if host.certificate != "none"
    }
    no_tls = {host.name for host in manifest.host if host.certificate == "none"}

    def site(request: Request) -> Answer:
        found = sites.get(request.host)
        if found is None:
            parent = request.host.partition(".")[2]
            found = sites.get(f"*.{parent}")
        if found is None:
            return response(_NOT_FOUND, status=404)
        return found.answer(request)

    addresses = sorted({a for h in manifest.host if h.listens for a in h.addresses})
    return Internet(
        names=names,
        site=site,
        addresses=tuple(addresses),
        networks=(*LOOPBACK, *(f"{one}/128" for one in addresses if ":" in one)),
        registry=Registry(_registrations(manifest, now), manifest.top),
        certificates=wanted,
        no_tls=frozenset(no_tls),
        shared_platforms=manifest.shared_platforms,
        path_platforms=manifest.path_platforms,
    )


def names_of(manifest: Manifest, *, loss: float = 0.0) -> Names:
    """The DNS of a manifest: what it says, and the SOA, NS and addresses that it leaves out."""
    names = Names(loss=loss)
    for top in manifest.top:
        names.add(top, [f"@ 900 SOA ns.{top}. hostmaster.{top}. 1 1800 900 604800 300"])
        names.add(top, [f"@ 900 NS ns.{top}.", "ns A 127.0.0.1"])
    asked: list[str] = []
    for host in manifest.host:
        if host.dns_mood == "nxdomain":
            continue  # the name is simply not there
        if host.dns_mood:
            names.misbehave(host.name, host.dns_mood)
        servers = host.nameservers or (f"ns1.{host.name}", f"ns2.{host.name}")
        if host.has_zone:
            soa = f"@ SOA {servers[0]}. hostmaster.{host.name}. 2026010101 7200 900 1209600 300"
            names.add(host.name, [soa, *(f"@ NS {server}." for server in servers)])
            asked += servers
        if not any(re.match(r"@(\s+\d+)?(\s+IN)?\s+CNAME\s", line, re.I) for line in host.dns):
            names.add(
                host.name, [f"@ {'AAAA' if ':' in one else 'A'} {one}" for one in host.addresses]
            )
        names.add(host.name, host.dns)
    for server in asked:
        if not names.has(server, "A"):
            names.add(server, ["@ A 127.0.0.1"])
    return names


def _registrations(manifest: Manifest, now: datetime) -> dict[str, Registration]:
    found = {}
    for host in manifest.host:
        if host.registered is None:
            continue
        day = (
            now - timedelta(days=host.registered)
            if isinstance(host.registered, int)
            else datetime.combine(host.registered, time(8), UTC)
        )
        found[host.name] = Registration(day, host.registrar)
    return found


@dataclass(frozen=True, slots=True)
class HostSite:
    """The pages of one host, each made into its answer when the range starts."""

    desktop: dict[str, Answer]
    phone: dict[str, Answer]
    missing: Answer

    @classmethod
    def of(cls, host: Host, directory: Path) -> "HostSite":
        folder = directory / "sites" / (host.pages or host.name)
        files = {
            path.relative_to(folder).as_posix(): path
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        pages: tuple[dict[str, Answer], dict[str, Answer]] = ({}, {})
        bodies = {name: _filled(path, host, directory) for name, path in files.items()}
        for name, body in bodies.items():
            inside = name.removeprefix("mobile/")
            for url in _urls(inside):
                answer = host.path.get(url, Behaviour()).over(host.site)
                pages[name != inside][url] = answer.answer(body, _type(name))
        for url, behaviour in host.path.items():
            if url not in pages[0] and url not in pages[1]:
                pages[0][url] = behaviour.over(host.site).answer(b"", "text/html")
        lost = host.site.over(Behaviour(status=200 if host.soft_404 else 404))
        body = bodies.get("404.html", _NOT_FOUND)
        return cls(*pages, lost.answer(body, "text/html"))

    def answer(self, request: Request) -> Answer:
        if request.mobile and request.path in self.phone:
            return self.phone[request.path]
        return self.desktop.get(request.path) or self.phone.get(request.path) or self.missing


def _urls(name: str) -> list[str]:
    """The paths under which a file is found: a folder's index, a page without its ending."""
    urls = [f"/{name}"]
    if name.endswith("index.html"):
        urls.append(f"/{name.removesuffix('index.html')}")
    elif name.endswith(".html"):
        urls.append(f"/{name.removesuffix('.html')}")
    return urls


def _type(name: str) -> str:
    if name.endswith(".apk"):
        return "application/vnd.android.package-archive"
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _filled(path: Path, host: Host, directory: Path) -> bytes:
    if path.suffix not in _TEXT:
        return path.read_bytes()
    fill = {"host": host.name, **host.fill}

    def slot(match: re.Match[str]) -> str:
        include, key = match.groups()
        if include:
            part = directory / "parts" / key
            if not part.is_file():
                raise FanzhaError(f"{path} includes {key}, but {part} is not there; add it")
            return _SLOT.sub(slot, part.read_text(encoding="utf-8"))
        if key not in fill:
            raise FanzhaError(
                f"{path} has {{{{{key}}}}}, but host {host.name} has no such key in `fill`; add it"
            )
        return fill[key]

    try:
        return _SLOT.sub(slot, path.read_text(encoding="utf-8")).encode()
    except UnicodeDecodeError as error:
        raise FanzhaError(
            f"{path} is not UTF-8; keep pages in UTF-8 and set `encoding` in the manifest"
        ) from error
