"""What forms ask for: by name, label and placeholder, in Chinese and English."""

import pytest

from spiders.extract import extract
from spiders.extract.page import Form


def forms(html: str) -> tuple[Form, ...]:
    return extract(html.encode(), url="https://www.bank.example/x/").forms


def meanings(html: str) -> list[str | None]:
    return [field.meaning for form in forms(html) for field in form.fields]


@pytest.mark.parametrize(
    ("field", "meaning"),
    [
        ("<input name=x placeholder=请输入身份证号码>", "id-card"),
        ("<input name=idCardNo>", "id-card"),
        ("<label>储蓄卡卡号<input name=x></label>", "bank-card"),
        ("<input name=x placeholder='卡背面三位 CVV'>", "cvv"),
        ("<td>有效期</td><td><input name=x></td>", "card-expiry"),
        ("<input type=password placeholder=请输入登录密码>", "password"),
        ("<input type=password placeholder=请输入交易密码>", "payment-password"),
        ("<input type=password placeholder='账号 / 手机号'>", "password"),
        ("<label for=c>手机验证码</label><input id=c>", "sms-code"),
        ("<input autocomplete=one-time-code name=a1>", "sms-code"),
        ("<input name=x placeholder=图形验证码>", "sms-code"),
        ("<input name=invite_code>", "invitation-code"),
        ("<textarea placeholder='12 位助记词'></textarea>", "seed-phrase"),
        ("<input name=amount placeholder=提现金额>", "amount"),
        ("<input type=tel name=x>", "phone"),
        ("<input name=x aria-label=真实姓名>", "real-name"),
        ("<input name=q placeholder=搜索商品>", "search"),
        ("<input name=zzz>", None),
    ],
)
def test_a_field_is_named_by_what_a_reader_takes_it_for(field: str, meaning: str | None) -> None:
    assert meanings(f"<form>{field}</form>") == [meaning]


def test_what_nobody_fills_in_is_no_field() -> None:
    assert (
        meanings("<form><input type=hidden name=密码><input type=submit value=登录></form>") == []
    )


def test_where_a_form_sends_what_it_is_told() -> None:
    own, other, none, relative, script = forms(
        "<form action=https://login.bank.example/in method=POST><input name=a></form>"
        "<form action=//collect.example/in><input name=a></form>"
        "<form action='#'><input name=a></form>"
        "<form action=in.php><input name=a></form>"
        "<input name=user><input type=password name=p>"
    )
    assert (own.action_host, own.external, own.method) == ("login.bank.example", False, "post")
    assert (other.action_host, other.external, other.method) == ("collect.example", True, "get")
    assert (none.empty_action, none.external) == (True, False)
    assert (relative.action_host, relative.empty_action) == ("www.bank.example", False)
    # Fields outside of any form are sent by a script.
    assert (script.method, len(script.fields)) == ("script", 2)


def test_a_label_is_not_taken_from_the_field_before() -> None:
    html = "<form>姓名 <input name=a1> <input name=a2></form>"
    assert meanings(html) == ["real-name", None]


def test_more_forms_and_fields_than_anybody_needs_are_left_out() -> None:
    html = "<form><input name=a></form>" * 100 + "<form>" + "<input name=b>" * 500 + "</form>"
    found = forms(html)
    assert len(found) <= 31
    assert all(len(form.fields) <= 60 for form in found)


@pytest.mark.parametrize(
    "action",
    ["http:/evil.example/in", r"\\evil.example/in", "///evil.example/in", "ht\ntp://evil.example"],
)
def test_where_a_form_leads_is_read_as_a_browser_reads_it(action: str) -> None:
    (form,) = forms(f'<form action="{action}"><input type=password></form>')
    assert (form.action_host, form.external) == ("evil.example", True)


def test_a_base_leads_forms_away_too() -> None:
    sent, itself = forms(
        "<base href=//evil.example/a/><form action=in><input name=a></form>"
        "<form action=''><input name=a></form>"
    )
    assert (sent.action_host, sent.external) == ("evil.example", True)
    assert (itself.action_host, itself.external) == ("www.bank.example", False)
