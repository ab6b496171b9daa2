"""Contact points and filing numbers, in texts of our own writing."""

import pytest

from spiders.extract.contacts import filing_numbers, read_contacts


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("客服电话：400-800-1234", ("+864008001234",)),
        ("热线 138 0013 8000，微信同号", ("+8613800138000",)),
        ("座机 010-66557788", ("+861066557788",)),
        ("银行客服 95588", ("95588",)),
        ("境外 +852 6123 4567", ("+85261234567",)),
        ("订单号 20240506123456，金额 1380013元", ()),
        ("QQ 13800138000", ()),
    ],
)
def test_phone_numbers_become_values_of_indicators(text: str, phones: tuple[str, ...]) -> None:
    assert read_contacts(text, "").phones == phones


def test_links_say_it_plainly() -> None:
    links = "\n".join(
        [
            "tel:400%20800%201234",
            "https://t.me/rebate_kefu",
            "https://wa.me/85261234567",
            "http://wpa.qq.com/msgrd?v=3&uin=123456789&site=qq",
            "mailto:Help@Refund.example",
        ]
    )
    found = read_contacts("", links)
    assert found.phones == ("+864008001234",)
    assert found.telegram == ("rebate_kefu",)
    assert found.whatsapp == ("85261234567",)
    assert found.qq == ("123456789",)
    assert found.emails == ("help@refund.example",)


def test_words_that_lead_to_a_chat() -> None:
    found = read_contacts("加微信:abc_kefu88 领取;飞机@rebate_vip;企鹅号 987654321", "")
    assert (found.wechat, found.telegram, found.qq) == (
        ("abc_kefu88",),
        ("rebate_vip",),
        ("987654321",),
    )


def test_a_wallet_is_known_by_its_checksum() -> None:
    # The address of the genesis block, and the zero address of Tron.
    text = "BTC 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa USDT T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb"
    assert read_contacts(text, "").wallets == (
        "btc:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
        "trx:T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb",
    )
    assert read_contacts(text.replace("fNa", "fNb").replace("Wwb", "Wwc"), "").wallets == ()


def test_filing_numbers_have_one_form() -> None:
    icp, police = filing_numbers(
        "京ICP备 12345678号-1 粤icp证B2 沪ICP备2020123456 京公网安备 11010502000001号"
    )
    assert icp == ("京ICP备12345678号-1", "沪ICP备2020123456号")
    assert police == ("京公网安备11010502000001号",)
