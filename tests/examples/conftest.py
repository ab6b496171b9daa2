"""A small range folder of the tests' own, served once, and the two ways to ask it something."""

from collections.abc import Callable, Iterator
from pathlib import Path

import dns.message
import dns.query
import httpx
import pytest

from examples.range import Running, serve

MANIFEST = """
shared_platforms = ["tenants.example"]

[[host]]
name = "shop.example"
addresses = ["127.0.0.1", "127.0.0.5"]
expect = "dismiss"
registered = 12
registrar = "Cheap Names"
nameservers = ["ns1.park.example"]
dns = ["@ MX 10 mail", "mail A 127.0.0.1", '@ TXT "v=spf1 -all"', '@ CAA 0 issue "ca.example"', "* A 127.0.0.5"]
fill = { brand = "小店" }
[host.path]
"/away" = { redirect = "https://shop.example/" }
"/big5" = { encoding = "big5", charset = "big5" }
"/down" = { status = 503 }
"/drip" = { drip = 200 }
"/endless" = { endless = true }
"/hang" = { hang = true }
"/header" = { headers = { Refresh = "0; url=/" } }
"/reset" = { reset = true }
"/slow" = { delay = 0.3 }

[[host]]
name = "*.tenants.example"
expect = "dismiss"
zone = false
pages = "tenant"

[[host]]
name = "tenants.example"
expect = "dismiss"
certificate = "none"

[[host]]
name = "old.example"
expect = "dead"
certificate = "expired"
soft_404 = true

[[host]]
name = "closed.example"
addresses = ["127.0.0.9"]
listens = false
expect = "dead"

[[host]]
name = "failing.example"
dns_mood = "servfail"
expect = "dead"

[[host]]
name = "silent.example"
dns_mood = "timeout"
expect = "dead"

[[host]]
name = "gone.example"
dns_mood = "nxdomain"
expect = "dead"

[[host]]
name = "alias.example"
dns = ["@ CNAME shop.example."]
zone = false
expect = "dismiss"
pages = "shop.example"
fill = { brand = "分店" }
certificate = "self-signed"
"""
PAGES = {
    "shop.example/index.html": "<title>{{brand}}</title>{{include style.css}} {{host}}",
    "shop.example/mobile/index.html": "<title>手机版{{brand}}</title>",
    "shop.example/big5.html": "<p>繁體中文</p>",
    "shop.example/drip.html": "<p>" + "慢" * 40 + "</p>",
    "shop.example/slow.html": "<p>慢</p>",
    "shop.example/shop.apk": "PK",
    "tenant/index.html": "<p>租户</p>",
    "old.example/index.html": "<p>旧站</p>",
    "old.example/404.html": "<p>页面不存在</p>",
}


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A range folder with one of everything."""
    root = tmp_path_factory.mktemp("folder")
    (root / "range.toml").write_text(MANIFEST, encoding="utf-8")
    (root / "parts").mkdir()
    (root / "parts" / "style.css").write_text("<style>p { color: red }</style>")
    for name, text in PAGES.items():
        path = root / "sites" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


@pytest.fixture(scope="session")
def running(folder: Path) -> Iterator[Running]:
    """The folder, being served."""
    with serve(folder) as one:
        yield one


Ask = Callable[..., dns.message.Message]
Get = Callable[..., httpx.Response]


@pytest.fixture(scope="session")
def ask(running: Running) -> Ask:
    """Put a question to the range's name server."""
    address, _, port = running.resolver.partition(":")

    def put(
        name: str, rdtype: str = "A", *, tcp: bool = False, edns: int = 0, timeout: float = 20
    ) -> dns.message.Message:
        query = dns.message.make_query(name, rdtype, use_edns=edns)
        over = dns.query.tcp if tcp else dns.query.udp
        return over(query, address, port=int(port), timeout=timeout)

    return put


@pytest.fixture(scope="session")
def get(running: Running) -> Iterator[Get]:
    """Fetch a URL of the range over HTTP or HTTPS, as a browser that trusts its authority."""
    fresh = httpx.Limits(max_keepalive_connections=0)  # each fetch names its host to TLS anew
    with httpx.Client(verify=running.trust(), timeout=20, limits=fresh) as client:

        def fetch(url: str, **headers: str) -> httpx.Response:
            asked = httpx.URL(running.url(url))
            return client.get(
                asked.copy_with(host="127.0.0.1"),
                headers={"Host": asked.host, **headers},
                extensions={"sni_hostname": asked.host},
            )

        yield fetch
