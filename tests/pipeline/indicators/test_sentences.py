"""What a person wrote → everything in it that can be listed."""

import pytest

from pipeline.indicators import find


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
        "",
    ],
)
def test_sums_dates_identity_cards_and_mail_are_left_out(text: str) -> None:
    assert find(text) == []


@pytest.mark.parametrize(
    "piece", ["a.", "1 ", "http://a/", "http:", "[", "[.]", "@a.com", "点", "("]
)
def test_a_long_text_of_one_piece_ends(piece: str) -> None:
    assert len(find(piece * 5_000)) <= 1
