"""What a site shows to a phone and hides from an office computer."""

import pytest

from spiders.cloaking import cloaking
from spiders.extract import extract
from spiders.visit import DESKTOP, MOBILE, Exchange, Hop, Visit
from tests.spiders.conftest import NOW, host

TEA = "清河茶庄今日新到春茶，欢迎到店品尝，店铺位于清河路三号，电话预订可送货上门。"
REBATE = "会员任务大厅，完成任务领取佣金，提现请联系在线客服，邀请好友另有奖励，名额有限。"
ADDRESS = "http://a.example/"


def visit(
    profile: str, html: str | None, *, address: str = ADDRESS, state: str = "ok", status: int = 200
) -> Visit:
    """A visit that ended at an address with a page, or with none."""
    exchange = Exchange(address, NOW, None, (), status, (), "", 0)
    one = Visit((ADDRESS,), (host("a.example"),), profile, 0)
    one.hops, one.state = [Hop("start", exchange)], state
    if html is not None:
        one.page = extract(html.encode(), url=address, status=status).to_json()
    return one


def both(phone: str | None, computer: str | None, **others: object) -> Visit:
    one = visit(MOBILE, phone)
    one.twin = visit(DESKTOP, computer, **others)  # type: ignore[arg-type]
    return one


def test_other_words_are_told_with_both_sides() -> None:
    found = cloaking(
        both(
            f"<title>任务</title><p>{REBATE}<form><input type=password placeholder=密码>",
            f"<title>茶</title><p>{TEA}",
        )
    )
    assert found is not None
    assert (found["mobile"]["title"], found["desktop"]["title"]) == ("任务", "茶")
    assert found["mobile"]["fields"] == ["password"]
    assert found["difference"] > 0.5


@pytest.mark.parametrize(
    ("phone", "computer"),
    [
        (f"<p>{TEA}", f"<p>{TEA}"),
        (f"<p>{TEA} 10:01:12", f"<div><b>{TEA}</b></div> 10:01:13"),
        ("<p>你好", "<p>您好"),
        (None, None),
    ],
)
def test_another_layout_or_clock_is_no_cloaking(phone: str | None, computer: str | None) -> None:
    assert cloaking(both(phone, computer)) is None


def test_another_site_or_a_dead_end_is_a_difference() -> None:
    away = both(f"<p>{TEA}", f"<p>{TEA}", address="http://elsewhere.example/")
    assert (cloaking(away) or {})["difference"] == 1.0
    same_site = both(f"<p>{TEA}", f"<p>{TEA}", address="http://www.a.example/")
    assert cloaking(same_site) is None
    gone = both(f"<p>{TEA}", "<p>页面不存在", status=404)
    assert (cloaking(gone) or {})["difference"] == 1.0


@pytest.mark.parametrize("state", ["timeout", "connect-error", "tls-error"])
def test_a_second_look_that_failed_says_nothing(state: str) -> None:
    assert cloaking(both(f"<p>{REBATE}", None, state=state)) is None
    alone = visit(MOBILE, f"<p>{REBATE}")
    assert cloaking(alone) is None
