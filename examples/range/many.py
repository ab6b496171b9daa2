"""Practice range: any number of small sites made in code, for measuring how fast they are crawled."""

import contextlib
from collections.abc import Iterator

from examples.range.behaviour import Behaviour
from examples.range.listening import Internet
from examples.range.nameserver import Names
from examples.range.process import child
from examples.range.running import Running
from examples.range.webserver import Answer, Request, response

_WORDS = ("今日", "活动", "会员", "平台", "任务", "佣金", "提现", "客服", "商品", "订单", "物流")
_PARAGRAPHS = 12
_ADDRESSES = tuple(f"127.0.1.{number}" for number in range(1, 21))
_SILENT = tuple(f"127.0.2.{number}" for number in range(1, 51))


def host_name(number: int) -> str:
    """The name of one of the sites."""
    return f"site-{number:05d}.example"


def address_of(host: str) -> str:
    """The loopback address of one of the sites that answer."""
    return _ADDRESSES[int(host[5:10]) % len(_ADDRESSES)]


def urls(hosts: int, pages: int, *, silent: int = 0) -> list[str]:
    """`pages` URLs spread evenly over the hosts that answer, and one of each that does not."""
    spread = [f"http://{host_name(n % hosts)}/page/{n // hosts}" for n in range(pages)]
    return spread + [f"http://{silent_name(number)}/" for number in range(silent)]


def silent_name(number: int) -> str:
    """The name of one of the sites that take a connection and never answer."""
    return f"silent-{number:05d}.example"


def silent_address(number: int) -> str:
    """The address of one of the sites that do not answer: every other one shares the first."""
    return _SILENT[number % len(_SILENT) if number % 2 else 0]


def page(host: str, path: str) -> bytes:
    """A page of about 3 kB that is another one on every host and path."""
    seed = sum(map(ord, host + path))
    lines = [
        f"<p>{' '.join(_WORDS[(seed + i * j) % len(_WORDS)] for j in range(1, 18))}</p>"
        for i in range(_PARAGRAPHS)
    ]
    links = "".join(f'<li><a href="/page/{seed % 7 + i}">第 {i} 页</a></li>' for i in range(8))
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{host} {path}</title>'
        f'<meta name="viewport" content="width=device-width"></head><body><h1>{host}</h1>'
        f'<ul>{links}</ul>{"".join(lines)}<form action="/login" method="post">'
        '<input name="user"><input type="password" name="pass"><button>登录</button></form>'
        f"<footer>{host}</footer></body></html>"
    ).encode()


def many(hosts: int, *, silent: int = 0) -> Internet:
    """An internet of `hosts` sites that answer any path at once, and `silent` that never answer."""
    names = Names()
    top = "@ 900 SOA ns.example. hostmaster.example. 1 1800 900 604800 300"
    names.add("example", [top, "@ 900 NS ns.example.", "ns A 127.0.0.1"])
    for number in range(hosts):
        names.add(host_name(number), _records(address_of(host_name(number))))
    for number in range(silent):
        names.add(silent_name(number), _records(silent_address(number)))
    kept: dict[tuple[str, str], bytes] = {}
    silence = Behaviour(hang=True).answer(b"", "text/html")

    def site(request: Request) -> Answer:
        if request.host.startswith("silent-"):
            return silence
        key = (request.host, request.path)
        if key not in kept:
            kept[key] = response(page(*key), content_type="text/html; charset=utf-8")
        return kept[key]

    return Internet(names=names, site=site, addresses=(*_ADDRESSES, *_SILENT))


def _records(address: str) -> list[str]:
    return [
        f"@ A {address}",
        "@ SOA ns1 hostmaster 1 7200 900 1209600 300",
        "@ NS ns1\nns1 A 127.0.0.1",
        "@ MX 10 mail",
        '@ TXT "v=spf1 -all"',
    ]


@contextlib.contextmanager
def serve_many(hosts: int, *, silent: int = 0) -> Iterator[Running]:
    """Serve `many` in a process of its own until the block is left."""
    with child(["many", str(hosts), str(silent)]) as running:
        yield running
