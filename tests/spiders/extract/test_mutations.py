"""Ten thousand damaged pages and answers: every one is read, and none crashes anything."""

import json
import random

from spiders.decoding import BodyReader
from spiders.extract import extract

SEEDS = [
    """<!doctype html><html lang=zh><head><meta charset="gb2312"><title>会员登錄</title>
<meta http-equiv="refresh" content="5;url=/x"><base href="//cdn.example/"><link rel=icon href=/i.png></head><body>
<form action="https://x.example/"><label for=a>身份证</label><input id=a name=a><input type=password></form>
<a href="/a.apk">下载</a><a href="tel:400-800-1234">客服</a><iframe src="//y.example/"></iframe><p hidden>x</p>
<script>eval(atob("aGk="));location.href="/go"</script>京ICP备12345678号 加微信:abc_kefu88</body></html>""".encode(
        "gb18030"
    ),
    b"<svg><foreignObject><table><tr><td><math><mi>x</mi></math><select><option>1</select></td></table></svg>",
    b"<frameset><frame src='http://[::1]/'><frame src='javascript:1'></frameset><noframes>x</noframes>",
    "<p>\u202e１３８００１３８０００\u200b T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb a@b.example</p>".encode(
        "utf-16"
    ),
]
ALPHABET = [
    b"<",
    b">",
    b'"',
    b"'",
    b"&#x110000;",
    b"\x00",
    b"\xff",
    b"\x80",
    b"&",
    b"=",
    b"</",
    b"<!--",
    b"//",
    b"%",
    b"\n",
]


def damaged(seed: bytes, dice: random.Random) -> bytes:
    body = bytearray(seed)
    for _ in range(dice.randint(1, 12)):
        at = dice.randrange(len(body) + 1)
        match dice.randrange(4):
            case 0:
                body[at:at] = dice.choice(ALPHABET) * dice.randint(1, 20)
            case 1:
                del body[at : at + dice.randint(1, 30)]
            case 2:
                body[at : at + 1] = bytes([dice.randrange(256)])
            case _:
                start = dice.randrange(len(body) + 1)
                body[at:at] = body[start : start + dice.randint(1, 60)]
    return bytes(body)


def test_ten_thousand_damaged_pages_are_read() -> None:
    dice = random.Random(20260301)
    kinds = [None, "text/html; charset=gbk", "text/html; charset=utf-16", "x; charset=\x00"]
    for number in range(10_000):
        body = damaged(SEEDS[number % len(SEEDS)], dice)
        page = extract(body, url="http://a.example/dir/", content_type=dice.choice(kinds))
        if number % 100 == 0:
            assert json.loads(json.dumps(page.to_json())) == page.to_json()


def test_damaged_codings_are_read() -> None:
    dice = random.Random(20260302)
    for _ in range(2_000):
        reader = BodyReader(dice.choice(["gzip", "br", "zstd", "deflate, gzip"]), limit=10_000)
        reader.feed(damaged(SEEDS[0], dice))
        assert len(reader.body) <= 10_000
