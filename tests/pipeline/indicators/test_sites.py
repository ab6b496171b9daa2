"""What people write for a site, and the one indicator that it becomes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import NotAnIndicatorError
from pipeline.indicators import REASONS, find, host_of, is_ip, parse, parse_number
from pipeline.nouns import Indicator, Kind


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("rebate.example", "host:rebate.example"),
        ("WWW.Rebate.Example.", "host:www.rebate.example"),
        ("rebate.example,", "host:rebate.example"),
        ("rebate.example?", "host:rebate.example"),
        ("ｒｅｂａｔｅ．ｅｘａｍｐｌｅ", "host:rebate.example"),
        ("rebate[.]example", "host:rebate.example"),
        ("rebate(dot)example", "host:rebate.example"),
        ("rebate【点】example", "host:rebate.example"),
        ("www点rebate点example", "host:www.rebate.example"),
        ("re\u200bbate.example", "host:rebate.example"),
        ("「rebate.example」。", "host:rebate.example"),
        ("a_b.example", "host:a_b.example"),
        ("faß.example", "host:xn--fa-hia.example"),
        ("反诈.例え。テスト", "host:xn--kors61k.xn--r8jz45g.xn--zckzah"),
        ("XN--KORS61K.example", "host:xn--kors61k.example"),
        ("*.rebate.example", "domain:rebate.example"),
        ("http://*.rebate.example/", "domain:rebate.example"),
    ],
)
def test_a_name_becomes_its_a_label_host(text: str, value: str) -> None:
    assert str(parse(text)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("http://rebate.example", "http://rebate.example/"),
        ("HXXPS://rebate[.]example/A?b=C#d", "https://rebate.example/A?b=C"),
        ("hxxp[:]//rebate[.]example", "http://rebate.example/"),
        ("h**p://rebate.example", "http://rebate.example/"),
        ("http//rebate.example/x", "http://rebate.example/x"),
        ("http://http://rebate.example/x", "http://rebate.example/x"),
        (r"http:\\rebate.example\x", "http://rebate.example/x"),
        ("http://user:secret@rebate.example:80/", "http://rebate.example/"),
        ("https://rebate.example:443/x", "https://rebate.example/x"),
        ("rebate.example:443/x", "https://rebate.example/x"),
        ("rebate.example:8066", "http://rebate.example:8066/"),
        ("rebate.example/h5", "http://rebate.example/h5"),
        ("rebate.example?x=1", "http://rebate.example/?x=1"),
        ("rebate.example/#/register", "http://rebate.example/"),
        ("http://rebate.example./x", "http://rebate.example/x"),
        ("ｈｔｔｐ：／／ｒｅｂａｔｅ．ｅｘａｍｐｌｅ／ｘ", "http://rebate.example/x"),
        ("http://rebate.example/兑奖", "http://rebate.example/%E5%85%91%E5%A5%96"),
        ("（http://rebate.example/x）。", "http://rebate.example/x"),
        ("<http://rebate.example/x>", "http://rebate.example/x"),
        ("http://rebate.example/a/../b", "http://rebate.example/b"),
        ("https://pages.dev/rebate", "https://pages.dev/rebate"),
    ],
)
def test_a_link_becomes_its_whatwg_form(text: str, value: str) -> None:
    assert parse(text) == Indicator(Kind.URL, value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("0300.0.2.7", "192.0.2.7"),
        ("0xc0.0.2.7", "192.0.2.7"),
        ("0xC0000207", "192.0.2.7"),
        ("192.519", "192.0.2.7"),
        ("192.0.2.7.", "192.0.2.7"),
        ("[2001:DB8::0:7]", "2001:db8::7"),
        ("2001:db8:0:0::7", "2001:db8::7"),
        ("::ffff:192.0.2.7", "::ffff:c000:207"),
    ],
)
def test_an_address_in_any_notation_is_one_host(text: str, value: str) -> None:
    assert parse(text) == Indicator(Kind.HOST, value)
    assert is_ip(value)


def test_a_whole_number_is_an_address_only_inside_a_link() -> None:
    assert str(parse("http://3221225991/")) == "url:http://192.0.2.7/"
    assert parse("2130706433").kind is Kind.NUMBER


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("“”", "empty"),
        ("rebate example", "whitespace"),
        ("rebate", "no-dot"),
        ("com", "no-dot"),
        ("http://rebate/x", "no-dot"),
        ("co.uk", "public-suffix"),
        ("pages.dev", "public-suffix"),
        ("https://pages.dev/", "public-suffix"),
        ("https://co.uk/x", "public-suffix"),
        ("*.com", "public-suffix"),
        ("*.pages.dev", "public-suffix"),
        ("*.amazonaws.com", "public-suffix"),
        ("*.192.0.2.7", "wildcard"),
        ("re*.example", "wildcard"),
        ("http://*.rebate.example/x", "wildcard"),
        ("a..example", "bad-name"),
        ("re%23bate.example", "bad-name"),
        ("xn--99999.example", "bad-punycode"),
        ("256.0.2.7", "bad-address"),
        ("http://[::g]/", "bad-address"),
        ("http://", "bad-url"),
        ("ftp://rebate.example/", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("somebody@rebate.example", "e-mail"),
        ("mailto:somebody@rebate.example", "e-mail"),
        ("a" * 64 + ".example", "too-long"),
        ("a." * 130 + "example", "too-long"),
        ("http://rebate.example/" + "a" * 2048, "too-long"),
    ],
)
def test_what_is_no_site_says_why(text: str, reason: str) -> None:
    with pytest.raises(NotAnIndicatorError) as error:
        parse(text)
    assert error.value.reason == reason
    assert REASONS[reason] in str(error.value)


def test_the_host_of_each_kind() -> None:
    assert host_of(parse("https://a.rebate.example:8443/x")) == "a.rebate.example"
    assert host_of(parse("http://[2001:db8::7]:81/")) == "2001:db8::7"
    assert host_of(parse("*.rebate.example")) == "rebate.example"
    assert host_of(parse_number("13800138000")) is None


_PIECES = st.sampled_from(
    [
        "http://",
        "hxxps://",
        "www.",
        ".example",
        ".com",
        "pages.dev",
        "[.]",
        "[",
        "(dot)",
        "点",
        "。",
        "，",
        "@",
        ":",
        ":80",
        "/",
        "\\",
        "?",
        "#",
        "*.",
        "%2e",
        "xn--",
        "1.2.3.4",
        "::1",
        "0x7f",
        "+86",
        "0086",
        "138",
        "00138000",
        "95588",
        "106",
        "-",
        "反诈",
        "ｗ",
        "ß",
        "'",
        ")",
        "\u200b",
        "\ud800",
        " ",
        "\t",
    ]
)
_TEXTS = st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=9).map("".join))


@given(_TEXTS)
def test_parsing_is_total_and_idempotent(text: str) -> None:
    try:
        value = parse(text).value
    except NotAnIndicatorError:
        return
    assert parse(value).value == value


@given(_TEXTS)
def test_finding_is_total_and_finds_what_it_found(text: str) -> None:
    for indicator in find(text):
        assert parse(indicator.value).value == indicator.value
