"""The range's sites, visited with httpx over real sockets: each behaviour, proven."""

import ssl
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from examples.range import Running
from tests.examples.conftest import Get


def test_a_page_by_its_host_over_http_and_https(get: Get) -> None:
    for scheme in ("http", "https"):
        page = get(f"{scheme}://shop.example/")
        assert page.status_code == 200
        assert "<title>小店</title><style>" in page.text
        assert "shop.example" in page.text
    assert get("http://any.tenants.example/").text == "<p>租户</p>"
    assert get("http://stranger.example/").status_code == 404


def test_phones_see_the_mobile_variant(get: Get) -> None:
    phone = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) Mobile Safari/537.36"}
    assert "手机版" in get("http://shop.example/", **phone).text
    assert "手机版" not in get("http://shop.example/").text
    assert get("http://shop.example/slow", **phone).text == "<p>慢</p>"


def test_one_folder_can_serve_many_names(get: Get, running: Running) -> None:
    page = httpx.get(running.url("http://127.0.0.1/"), headers={"Host": "alias.example"})
    assert "分店" in page.text
    assert "alias.example" in page.text


def test_redirects_status_and_headers(get: Get) -> None:
    away = get("http://shop.example/away")
    assert (away.status_code, away.headers["location"]) == (302, "https://shop.example/")
    assert get("http://shop.example/down").status_code == 503
    assert get("http://shop.example/header").headers["refresh"] == "0; url=/"
    assert get("http://shop.example/nothing").status_code == 404
    assert get("http://old.example/nothing").status_code == 200


def test_text_goes_out_in_the_asked_encoding_and_under_the_asked_name(get: Get) -> None:
    page = get("http://shop.example/big5")
    assert page.headers["content-type"] == "text/html; charset=big5"
    assert page.content.decode("big5") == "<p>繁體中文</p>"


def test_slow_and_dripping_answers_come_in_the_end(get: Get) -> None:
    assert get("http://shop.example/slow").elapsed >= timedelta(seconds=0.3)
    drip = get("http://shop.example/drip")
    assert drip.elapsed >= timedelta(seconds=0.4)
    assert drip.text.count("慢") == 40


def test_silent_and_broken_answers_do_not(get: Get, running: Running) -> None:
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(
            running.url("http://127.0.0.1/hang"), headers={"Host": "shop.example"}, timeout=0.3
        )
    with pytest.raises(httpx.ReadError):
        get("http://shop.example/reset")


def test_an_endless_body_does_not_end(running: Running) -> None:
    got = 0
    with httpx.stream(
        "GET", running.url("http://127.0.0.1/endless"), headers={"Host": "shop.example"}
    ) as page:
        for chunk in page.iter_raw():
            got += len(chunk)
            if got > 5_000_000:
                break
    assert got > 5_000_000


def test_a_host_that_does_not_listen_refuses(running: Running) -> None:
    with pytest.raises(httpx.ConnectError):
        httpx.get(running.url("http://127.0.0.9/"))
    assert httpx.get(running.url("http://127.0.0.5/")).status_code == 404


@pytest.mark.parametrize(
    ("host", "complaint"),
    [
        ("old.example", "expired"),
        ("alias.example", "self-signed"),
        ("tenants.example", "unexpected_eof"),
    ],
)
def test_bad_certificates_are_really_bad(get: Get, host: str, complaint: str) -> None:
    with pytest.raises(httpx.ConnectError, match=f"(?i){complaint}"):
        get(f"https://{host}/")


def test_the_registry_knows_who_registered_when(running: Running) -> None:
    services = httpx.get(f"{running.rdap}dns.json").json()["services"]
    assert services == [[["example"], [running.rdap]]]
    found = httpx.get(f"{running.rdap}domain/shop.example").json()
    event = found["events"][0]
    assert event["eventAction"] == "registration"
    age = datetime.now(UTC) - datetime.fromisoformat(event["eventDate"])
    assert age.days == 12
    assert "Cheap Names" in str(found["entities"])
    assert httpx.get(f"{running.rdap}domain/old.example").status_code == 404


def test_many_requests_share_one_connection(running: Running) -> None:
    with httpx.Client(verify=running.trust()) as client:
        for _ in range(3):
            page = client.get(running.url("http://127.0.0.1/"), headers={"Host": "shop.example"})
            stream = page.extensions["network_stream"]
        assert stream.get_extra_info("socket").fileno() >= 0
        assert len(client._transport._pool.connections) == 1  # type: ignore[attr-defined]


def test_the_authority_is_trusted_only_by_those_who_ask(running: Running) -> None:
    assert isinstance(running.trust(), ssl.SSLContext)
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(running.url("https://127.0.0.1/"))
