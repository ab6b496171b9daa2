"""What a person wrote → everything in it that can be listed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.indicators import find, parse


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "请点击http://rebate.example/a领取奖金，或致电13800138000。",
            ["url:http://rebate.example/a", "number:+8613800138000"],
        ),
        (
            "登录www.rebate.com下载，客服：400-820-0000、0571-87654321",
            ["host:www.rebate.com", "number:+864008200000", "number:+8657187654321"],
        ),
        (
            "hxxps://a[.]top/x，b(.)top 和 somebody@rebate.com",
            ["url:https://a.top/x", "host:b.top"],
        ),
        (
            "138 0013 8000 139 0013 9000 http://192.0.2.7:8080/x). 192.0.2.8",
            [
                "number:+8613800138000",
                "number:+8613900139000",
                "url:http://192.0.2.7:8080/x",
                "host:192.0.2.8",
            ],
        ),
        (
            "http://www.反诈.example/x 和 https://例子.中国/a",
            ["url:http://www.xn--kors61k.example/x", "url:https://xn--fsqu00a.xn--fiqs8s/a"],
        ),
        (
            "看 https://a.com/x(y) 和 (https://b.com/z)，a.com. b.net, a.com",
            ["url:https://a.com/x(y)", "url:https://b.com/z", "host:a.com", "host:b.net"],
        ),
        ("*.rebate.com, *.com http://u:p@c.com/x", ["domain:rebate.com", "url:http://c.com/x"]),
        (
            "来电 +886 2 2243 0000 与 +0013800138000",
            ["number:+886222430000", "number:+0013800138000"],
        ),
        ("短信端口1069012345678，冒充95588", ["number:1069012345678", "number:95588"]),
        ("http://a.com.登录", ["url:http://a.com/"]),
        ("http://a.com/x,http://b.com/y", ["url:http://a.com/x", "url:http://b.com/y"]),
        ("http://user:pa@ss@a.com/x", ["url:http://a.com/x"]),
        ("http://a.com:80，联系b@c.com", ["url:http://a.com/"]),
        (
            "[2001:db8::1]、[2001:db8::2]:81/x",
            ["host:2001:db8::1", "url:http://[2001:db8::2]:81/x"],
        ),
        ("看1.1.1.1.", ["host:1.1.1.1"]),
    ],
)
def test_everything_in_a_sentence_in_its_order(text: str, found: list[str]) -> None:
    assert [str(indicator) for indicator in find(text)] == found


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-04 10:02 共3.14元，附件report.zzz，版本v1.2.3",
        "身份证110101199003071234，银行卡6222000000000000000",
        "金额95588元，验证码 95588，QQ:13800138000，￥95588",
        "somebody@rebate.com",
        "[10:02] 会议 [10:02:33]，2024/01/04 10:02",
        "",
    ],
)
def test_sums_dates_identity_cards_and_mail_are_left_out(text: str) -> None:
    assert find(text) == []


@pytest.mark.parametrize(
    "piece",
    ["a.", "1 ", "http://a/", "http:", "[", "[.]", "@a.com", "点", "(", "é.", "1/", "0013 "],
)
def test_a_long_text_of_one_piece_ends(piece: str) -> None:
    assert len(find(piece * 5_000)) <= 1


HOME = [
    "138 0013 8000",
    "138-0013-8000",
    "13800138000",
    "138 00138000",
    "1380013 8000",
    "10 6512 3456",
    "10-65123456",
    "(0)10 85112345",
    "571 8765 4321",
    "400 820 0000",
    "800-820-0000",
]
"""Numbers of China without their prefix."""


@pytest.mark.parametrize("prefix", ["+86 ", "+86", "+86-", "0086 ", "0086-", "(+86)", "(0086) "])
@pytest.mark.parametrize("number", HOME)
def test_a_number_with_its_prefix_is_one_number_however_it_is_grouped(
    prefix: str, number: str
) -> None:
    form = prefix + number
    (found,) = find(f"骗子打来 {form} 要我转账")
    assert found == parse(form)
    assert found.value.startswith("+86")


@given(
    digits=st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    prefix=st.sampled_from(["+86 ", "+86", "0086 ", "(+86)", ""]),
    cuts=st.sampled_from([(3, 7), (4, 7), (3,), (7,), ()]),
    mark=st.sampled_from([" ", "-", "–"]),
    after=st.sampled_from(["", " 95588", " 13800138000", " 2024-01-04 10:02", " 2000元"]),
)
def test_a_mobile_is_found_as_it_is_parsed(
    digits: str, prefix: str, cuts: tuple[int, ...], mark: str, after: str
) -> None:
    ends = [*cuts, len(digits)]
    form = prefix + mark.join(digits[a:b] for a, b in zip([0, *cuts], ends, strict=True))
    assert find(f"x {form}{after}")[:1] == [parse(form)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("+95 9 123 456 789", ["+959123456789"]),
        ("+00 138 0013 8000", ["+0013800138000"]),
        ("+6700165 13800138000", ["+6700165", "+8613800138000"]),
        ("106 9012 3456 78", ["1069012345678"]),
        ("1069012345678 2024-01-04 10:02", ["1069012345678"]),
        ("+86 95588 13800138000", ["95588", "+8613800138000"]),
        ("+86 95588 96110", ["95588", "96110"]),
        (
            "138 0013 8000 139 0013 9000 137 0013 7000",
            ["+8613800138000", "+8613900139000", "+8613700137000"],
        ),
        ("13800138000/13900139000", ["+8613800138000", "+8613900139000"]),
    ],
)
def test_a_number_ends_where_another_thing_begins(text: str, found: list[str]) -> None:
    assert [indicator.value for indicator in find(text)] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("访问p\u0430ypal.com", ["host:xn--pypal-4ve.com"]),
        ("münchen.de", ["host:xn--mnchen-3ya.de"]),
        ("中文évil.com/x", ["url:http://xn--vil-9la.com/x"]),
        ("e\u0301vil.com", ["host:xn--vil-9la.com"]),
        ("\u24d4vil.com \U0001d5f2vil.com", ["host:evil.com"]),
        ("http://a.evilé.com/x", ["url:http://a.xn--evil-epa.com/x"]),
        ("http://pay.p\u0430ypal.com", ["url:http://pay.xn--pypal-4ve.com/"]),
        ("ev\u200dil.com http://ev\u200dil.com http://evil.comé 1.2.3.4é", []),
        ("登录abc.com、👉abc.net", ["host:abc.com", "host:abc.net"]),
    ],
)
def test_a_name_is_read_whole_and_never_becomes_somebody_else_s(
    text: str, found: list[str]
) -> None:
    assert [str(indicator) for indicator in find(text)] == found
