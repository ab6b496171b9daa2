"""One page through the extractor; the page is our own writing."""

import json

from spiders.extract import extract

PAGE = """<html><head><title>刷單返利 會員登錄</title><meta http-equiv=refresh content="5;url=/x"></head>
<body><h1>歡迎</h1><p>提<span>現</span>請加微信:abc_kefu88 QQ：12345678 電話138 0013 8000</p>
<div style="display:none">隱藏</div><form action="https://evil.example/x"><label>身份證號 <input name=a></label>
<input type=password placeholder="請輸入支付密碼"><input name=cvv></form><a href="/app/x.apk">下載APP</a>
<a href=# >x</a><a href="/login">登錄</a> 京ICP备１２３４５６７８号-1 京公网安备 11010502000001号</body></html>"""


def test_a_page_reads_the_same_in_every_encoding() -> None:
    pages = [
        extract(PAGE.encode(name), url="http://a.example/", content_type="text/html")
        for name in ("utf-8", "gb18030")
    ]
    assert [page.charset for page in pages] == ["utf-8", "gb18030"]
    assert pages[0].text == pages[1].text
    assert "提现请加微信" in pages[0].text


def test_what_a_form_asks_for_is_named() -> None:
    (form,) = extract(PAGE.encode(), url="http://a.example/").forms
    assert [field.meaning for field in form.fields] == ["id-card", "payment-password", "cvv"]
    assert (form.action_host, form.external) == ("evil.example", True)


def test_the_page_is_json() -> None:
    page = extract(PAGE.encode(), url="http://a.example/").to_json()
    assert json.loads(json.dumps(page)) == page
    assert page["icp"] == ["京ICP备12345678号-1"]
    assert page["contacts"]["phones"] == ["+8613800138000"]
    assert page["downloads"] == [{"url": "http://a.example/app/x.apk", "kind": "apk"}]


def test_what_is_no_tag_of_the_standard_counts_as_other_once() -> None:
    body = b"<other>a</other><x-box>b</x-box><x-box>c</x-box><p>d"
    counts = extract(body, url="http://a.example/").tag_counts
    assert counts["other"] == 3
