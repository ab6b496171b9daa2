"""Text bent to slip past filters comes back to the words that it means."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from classifiers.domains.brands import borrowed_name, borrowed_token, skeleton
from classifiers.domains.folding import as_learned, folded


@pytest.mark.parametrize(
    ("bent", "plain"),
    [
        ("充 值 返 利", "充值返利"),
        ("充*值-佣.金", "充值佣金"),
        ("儲值與傭金", "储值与佣金"),
        ("Ｖ\u200bＩ\u200bＰ", "vip"),
        ("chongzhi 后 tixian", "充值 后 提现"),
        ("冲值送采金", "充值送彩金"),
        ("加薇信领取", "加微信领取"),
        ("高额返氺", "高额返水"),
        ("刷dan赚yongjin", "刷单赚佣金"),
        ("раypal", "paypal"),
    ],
)
def test_bent_words_are_straightened(bent: str, plain: str) -> None:
    assert folded(bent) == plain


def test_sentences_stay_apart() -> None:
    assert folded("不要转账。充值无效") == "不要转账。充值无效"


@given(st.text(st.characters(codec=None), max_size=60))
@example("充\ud800值")
def test_folding_never_raises(text: str) -> None:
    folded(text)
    as_learned(text)


def test_a_brand_is_borrowed_only_away_from_home() -> None:
    assert borrowed_name("中国工商银行", "", "icbc-jifen.top") == "中国工商银行"
    assert borrowed_name("中国工商银行", "", "www.icbc.com.cn") is None
    assert borrowed_token("login.icbc-jifen.top") == "icbc"
    assert borrowed_token("mybank.icbc.com.cn") is None


def test_look_alike_hosts_read_as_what_they_imitate() -> None:
    assert skeleton("xn--pypal-4ve.com") == "paypal.com"  # Cyrillic а
    assert skeleton("g00gle.com") == "google.com"
    assert borrowed_token("xn--pypal-4ve.com") == "paypal"
    assert skeleton("xn--\u00ff.com").endswith(".com")
