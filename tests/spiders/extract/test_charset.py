"""Charsets: declared right, declared wrong, not declared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.extract.charset import decode

SIMPLIFIED = "<p>本站提供贷款服务，用户登录后可以申请提现，请联系客服验证银行卡信息。</p>"
TRADITIONAL = "<p>本站提供貸款服務，用戶登錄後可以申請提現，請聯繫客服驗證銀行卡資訊。</p>"
JAPANESE = "<p>お荷物の再配達のお手続きはこちらからお願いいたします。カードの確認。</p>"
KOREAN = "<p>고객님의 계좌를 확인하시기 바랍니다. 로그인 후 이용하세요. 대한은행입니다.</p>"


@pytest.mark.parametrize(
    "declared", [None, "utf-8", "gb2312", "gb18030", "big5", "iso-8859-1", "x-none"]
)
def test_simplified_chinese_whatever_is_declared(declared: str | None) -> None:
    head = f"<meta charset={declared}>" if declared else ""
    for real in ("utf-8", "gb18030"):
        text, charset, said = decode((head + SIMPLIFIED).encode(real))
        assert text == head + SIMPLIFIED
        assert (charset, said) == (real, declared)


@pytest.mark.parametrize("declared", [None, "utf-8", "big5", "gb2312", "iso-8859-1"])
def test_traditional_chinese_whatever_is_declared(declared: str | None) -> None:
    head = f"<meta charset={declared}>" if declared else ""
    assert decode((head + TRADITIONAL).encode("big5"))[0] == head + TRADITIONAL
    assert decode((head + TRADITIONAL).encode("utf-8"))[0] == head + TRADITIONAL


def test_the_neighbours() -> None:
    assert decode(JAPANESE.encode("shift_jis"))[0] == JAPANESE
    assert decode(KOREAN.encode("euc-kr"))[0] == KOREAN
    assert decode(SIMPLIFIED.encode("utf-16"))[0] == SIMPLIFIED
    assert decode("<p>Café à la carte".encode("latin-1"), "text/html; charset=iso-8859-1")[
        0
    ].endswith("Café à la carte")


def test_the_header_counts_before_the_page() -> None:
    body = f"<meta charset=utf-8>{SIMPLIFIED}".encode("gb18030")
    assert decode(body, "text/html; charset=GBK")[1:] == ("gb18030", "gbk")


def test_a_cut_character_at_the_end_changes_nothing() -> None:
    assert decode(SIMPLIFIED.encode()[:-6])[1] == "utf-8"
    assert decode(SIMPLIFIED.encode("gb18030")[:-5])[1] == "gb18030"


@given(
    st.binary(max_size=3000),
    st.sampled_from([None, "text/html; charset=base64", "x; charset=utf-7"]),
)
def test_nothing_raises(body: bytes, header: str | None) -> None:
    text, _, _ = decode(body, header)
    assert isinstance(text, str)
