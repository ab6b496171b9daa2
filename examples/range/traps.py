"""Practice range: answers that are meant to harm whoever fetches them, each by its path.

They are for the tests of the crawler's safety. `TRAPS` is the list; docs/range.md is checked
against it.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass

from examples.range.harm import (
    HTML,
    bomb,
    download,
    header,
    noise,
    page,
    redirect,
    stream,
    written,
)
from examples.range.webserver import Answer, response


@dataclass(frozen=True, slots=True)
class Trap:
    """One hostile answer."""

    says: str
    """What it does, in one sentence."""
    make: Callable[[], Answer]


_OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
_EVENTS = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
_CHUNKED = _OK + b"Transfer-Encoding: chunked\r\n\r\n"

TRAPS: dict[str, Trap] = {
    "/bomb/gzip": Trap("64 MB of zeros in 64 kB of gzip", lambda: bomb("gzip")),
    "/bomb/gzip-twice": Trap("the same, packed twice", lambda: bomb("gzip", 2)),
    "/bomb/deflate": Trap("the same in deflate", lambda: bomb("deflate")),
    "/bomb/br": Trap("the same in brotli", lambda: bomb("br")),
    "/bomb/zstd": Trap("the same in zstandard", lambda: bomb("zstd")),
    "/endless/body": Trap(
        "a body without length or end", lambda: stream(_OK + b"\r\n", lambda: b"<p>x</p>" * 8192)
    ),
    "/endless/chunks": Trap(
        "chunks without end", lambda: stream(_CHUNKED, lambda: b"1000\r\n" + b"y" * 4096 + b"\r\n")
    ),
    "/endless/chunk-extension": Trap(
        "one chunk whose extension never ends",
        lambda: stream(_CHUNKED + b"5;a=", lambda: b"b" * 4096),
    ),
    "/endless/headers": Trap(
        "header lines without end", lambda: stream(_OK, lambda: b"X-More: " + b"h" * 4000 + b"\r\n")
    ),
    "/endless/header": Trap(
        "one header line without end", lambda: stream(_OK + b"X-Long: ", lambda: b"h" * 4096)
    ),
    "/endless/status": Trap(
        "a status line without end", lambda: stream(b"HTTP/1.1 200 ", lambda: b"O" * 4096)
    ),
    "/endless/continue": Trap(
        "`100 Continue` for ever",
        lambda: stream(b"", lambda: b"HTTP/1.1 100 Continue\r\n\r\n" * 50),
    ),
    "/endless/drip": Trap(
        "a body that drips, five bytes a second",
        lambda: stream(_OK + b"\r\n<p>", lambda: b".", 0.2),
    ),
    "/endless/drip-headers": Trap(
        "headers that drip, five bytes a second",
        lambda: stream(_OK + b"X-Slow: ", lambda: b".", 0.2),
    ),
    "/endless/silence": Trap(
        "headers, and then nothing",
        lambda: stream(_OK + b"Content-Length: 9\r\n\r\n", lambda: b"", 3600),
    ),
    "/endless/events": Trap(
        "a stream of server-sent events", lambda: stream(_EVENTS, lambda: b"data: x\n\n", 0.05)
    ),
    "/download/app.apk": Trap(
        "an APK of 4 GB", lambda: download("app.apk", "application/vnd.android.package-archive")
    ),
    "/download/setup.exe": Trap(
        "a program of 4 GB", lambda: download("setup.exe", "application/octet-stream")
    ),
    "/download/page.html": Trap(
        "4 GB that call themselves a page", lambda: download("page.html", "text/html")
    ),
    "/redirect/loop": Trap("a redirect to itself", lambda: redirect("/redirect/loop")),
    "/redirect/ping": Trap("a redirect to /redirect/pong", lambda: redirect("/redirect/pong")),
    "/redirect/pong": Trap("a redirect to /redirect/ping", lambda: redirect("/redirect/ping", 301)),
    "/redirect/empty": Trap("a redirect to nowhere", lambda: redirect("")),
    "/redirect/missing": Trap("a redirect without a Location", lambda: response(status=302)),
    "/redirect/broken": Trap(
        "a redirect to what is no URL", lambda: redirect("http://[::1::]:99999/%zz\x7f")
    ),
    "/redirect/huge": Trap(
        "a redirect to a URL of 60 kB", lambda: redirect("/page/plain?" + "q" * 60_000)
    ),
    "/redirect/credentials": Trap(
        "a redirect to a URL with a password in it",
        lambda: redirect("http://crawler:geheim-9999@hostile.example/page/plain"),
    ),
    "/meta/loop": Trap(
        "a meta refresh to itself",
        lambda: page("", '<meta http-equiv=refresh content="0;url=/meta/loop">'),
    ),
    "/js/loop": Trap(
        "a JavaScript location to itself", lambda: page('<script>location.href="/js/loop"</script>')
    ),
    "/frame/loop": Trap(
        "a page with itself in an iframe",
        lambda: page('<iframe src="/frame/loop" width="100%" height="100%"></iframe>'),
    ),
    "/cookie/set": Trap(
        "cookies for every host below .example",
        lambda: header(Set_Cookie="track=hostile; Domain=.example; Path=/"),
    ),
    "/cookie/huge": Trap("a cookie of 30 kB", lambda: header(Set_Cookie="big=" + "c" * 30_000)),
    "/cookie/many": Trap(
        "a thousand cookies",
        lambda: written(
            _OK, b"".join(b"Set-Cookie: c%d=1\r\n" % n for n in range(1000)), b"\r\n<p>page</p>"
        ),
    ),
    "/broken/chunk-size": Trap(
        "a chunk size that is no number",
        lambda: written(_CHUNKED, b"zz\r\n<p>cut</p>\r\n0\r\n\r\n"),
    ),
    "/broken/chunk-negative": Trap(
        "a negative chunk size", lambda: written(_CHUNKED, b"-5\r\n<p>cut</p>\r\n")
    ),
    "/broken/chunk-huge": Trap(
        "a chunk of 2^63 bytes", lambda: written(_CHUNKED, b"7fffffffffffffff\r\n<p>cut</p>")
    ),
    "/broken/chunk-cut": Trap(
        "chunks that stop in the middle", lambda: written(_CHUNKED, b"100\r\n<p>cut</p>")
    ),
    "/broken/length-short": Trap(
        "less than Content-Length, then the end",
        lambda: written(_OK + b"Content-Length: 5000\r\n\r\n<p>cut</p>"),
    ),
    "/broken/length-long": Trap(
        "more than Content-Length",
        lambda: written(_OK + b"Content-Length: 11\r\n\r\n<p>page</p>HTTP/1.1 200 OK\r\n\r\nmore"),
    ),
    "/broken/length-negative": Trap(
        "a negative Content-Length", lambda: written(_OK + b"Content-Length: -5\r\n\r\n<p>page</p>")
    ),
    "/broken/length-twice": Trap(
        "two different lengths",
        lambda: written(_OK + b"Content-Length: 5\r\nContent-Length: 50\r\n\r\n<p>page</p>"),
    ),
    "/broken/length-and-chunks": Trap(
        "length and chunks at once",
        lambda: written(
            _OK + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
        ),
    ),
    "/broken/garbage": Trap("noise instead of HTTP", lambda: written(noise(4000))),
    "/broken/nothing": Trap("not one byte", lambda: written(b"")),
    "/broken/http09": Trap(
        "a body without any header", lambda: written(b"<html><body>bare</body></html>")
    ),
    "/broken/status": Trap(
        "a status that is no number", lambda: written(b"HTTP/1.1 abc \xff\xfe\r\n\r\n<p>page</p>")
    ),
    "/broken/status-999": Trap("status 999", lambda: response(b"<p>page</p>", status=999)),
    "/broken/version": Trap("HTTP/9.9", lambda: written(b"HTTP/9.9 200 OK\r\n\r\n<p>page</p>")),
    "/broken/header": Trap(
        "headers with NUL, no colon and folding",
        lambda: written(
            _OK + b"X\x00Y: a\r\nno colon here\r\n folded\r\n: empty\r\n\r\n<p>page</p>"
        ),
    ),
    "/broken/gzip": Trap(
        "Content-Encoding: gzip, and it is none", lambda: header(Content_Encoding="gzip")
    ),
    "/broken/gzip-cut": Trap(
        "gzip that stops in the middle",
        lambda: response(
            zlib.compress(noise(9000), 6, 31)[:4000], headers={"Content-Encoding": "gzip"}
        ),
    ),
    "/broken/encoding": Trap(
        "a Content-Encoding that nobody knows", lambda: header(Content_Encoding="rot13, x-evil")
    ),
    "/broken/charset": Trap(
        "a charset that nobody knows",
        lambda: response("<p>页面</p>".encode(), content_type="text/html; charset=../../x"),
    ),
    "/broken/content-type": Trap(
        "a content type of 8 kB",
        lambda: response(b"<p>page</p>", content_type="text/" + "h" * 8000),
    ),
    "/broken/reset": Trap(
        "a reset in the middle of the body",
        lambda: written(_OK + b"Content-Length: 500\r\n\r\n<p>cut", reset=True),
    ),
    "/page/plain": Trap("a harmless page, to compare with", lambda: page("<p>harmless</p>")),
    "/page/nested": Trap(
        "10,000 elements inside each other",
        lambda: page("<div>" * 10_000 + "deep" + "</div>" * 10_000),
    ),
    "/page/unclosed": Trap(
        "50,000 tags that nobody closes", lambda: page("<b><i><table><tr><td>" * 10_000)
    ),
    "/page/nulls": Trap(
        "NUL bytes everywhere",
        lambda: response(
            b"<html>\0<bo\0dy><p>n\0ul\0</p><a href='\0http://\0x'>\0</a>", content_type=HTML
        ),
    ),
    "/page/noise": Trap(
        "noise that calls itself a page", lambda: response(noise(200_000), content_type=HTML)
    ),
    "/page/utf16": Trap(
        "UTF-16 that calls itself UTF-8",
        lambda: response("<p>页面</p>".encode("utf-16"), content_type=HTML),
    ),
    "/page/surrogates": Trap(
        "lone surrogates and numeric entities out of range",
        lambda: response(
            b"<p>\xed\xa0\x80 &#xD800; &#x110000; &#0; &#99999999999;</p>", content_type=HTML
        ),
    ),
    "/page/attributes": Trap(
        "one tag with 50,000 attributes",
        lambda: page("<p " + " ".join(f"a{n}=1" for n in range(50_000)) + ">x</p>"),
    ),
    "/page/links": Trap(
        "50,000 links and 5,000 forms",
        lambda: page(
            "".join(f'<a href="/l/{n}">x</a>' for n in range(50_000))
            + "<form><input type=password></form>" * 5000
        ),
    ),
    "/page/word": Trap("one word of 1.5 MB", lambda: page("a" * 1_500_000)),
    "/page/title": Trap("a title of 1 MB", lambda: page("", f"<title>{'t' * 1_000_000}</title>")),
    "/page/backtrack": Trap(
        "text that makes careless patterns backtrack",
        lambda: page(
            "<p>" + "1" * 50_000 + "x " + "a@" * 30_000 + " " * 100_000 + "(" * 20_000 + "</p>"
        ),
    ),
    "/page/script": Trap(
        "a script that keeps a browser busy and opens windows",
        lambda: page(
            "<script>for(var i=0;i<50;i++)window.open('/page/script');"
            "onbeforeunload=function(){return 1};while(1);</script>"
        ),
    ),
    "/page/late-script": Trap(
        "a script that keeps a browser busy once the page has been shown for a while",
        lambda: page("<p>shown first</p><script>setTimeout(()=>{while(1);},200)</script>"),
    ),
    "/page/reach-in": Trap(
        "a page whose script, image and frame reach for the inside",
        lambda: page(
            '<img src="http://inside.example/image"><script>fetch("http://127.0.0.1/fetched")</script>'
            '<iframe src="http://inside.example/framed"></iframe>'
        ),
    ),
}
"""Path on hostile.example → what answers there."""
