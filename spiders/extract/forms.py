"""Forms and what their fields ask for, by type, name, label and placeholder."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from spiders.extract.elements import Elements
from spiders.extract.fold import fold
from spiders.extract.links import host_named, is_nowhere, same_site
from spiders.extract.page import Form, FormField
from spiders.extract.tags import CONTROLS

MEANINGS: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "seed-phrase": r"助记词|私钥|seed.?phrase|mnemonic|private.?key|recovery.?phrase",
        "cvv": r"\bcvv2?\b|\bcvc2?\b|\bcsc\b|security.?code|安全码|后三位|末三位|背面三位|卡背",
        "card-expiry": r"有效期|到期日|exp(?:iry|iration)?[-_. ]?(?:date|month|year|mm|yy)"
        r"|\bexpiry\b|mm ?/ ?yy",
        "payment-password": r"支付密码|交易密码|提现密码|资金密码|取款密码|银行卡密码"
        r"|卡密码|pay.?pass|trade.?p(?:ass|wd)"
        r"|\bpin\b|atm.?pin",
        "sms-code": r"短信|验证码|校验码|动态码|手机码|sms|otp|\bvcode\b|verif\w*.?code"
        r"|one.?time|auth.?code|phone.?code",
        "id-card": r"身份证|证件号|身份号码|公民身份|id.?card|identity|idno\b|id_?num"
        r"|\bsfz|\bssn\b|national.?id|passport.?n",
        "bank-card": r"银行卡|储蓄卡|信用卡|借记卡|卡号|银行账号|银行账户|收款账号"
        r"|card.?n(?:o\b|um)|cardnumber"
        r"|bank.?card|debit.?card|credit.?card|account.?number|\biban\b|\bccnum|\bcc-number\b",
        "captcha": r"captcha|图形码|图片码|图形验证",
        "invitation-code": r"邀请码|推荐码|推荐人|邀请人|推广码|invit|referr?al|\binv_?code\b",
        "password": r"密码|口令|passw|\bpwd\b|passcode|\bpass\b",
        "amount": r"金额|额度|充值|提现|贷款金额|借款|amount|\bmoney\b|deposit|withdraw",
        "wallet": r"钱包|wallet|usdt|trc-?20|erc-?20",
        "phone": r"手机|电话|联系方式|mobile|phone|\btel\b|cellular",
        "email": r"邮箱|电子邮件|e-?mail",
        "wechat": r"微信|wechat|weixin",
        "qq": r"\bqq\b|qq号|扣扣",
        "real-name": r"姓名|真实名|联系人|real.?name|full.?name|cardholder|持卡人"
        r"|first.?name|last.?name",
        "address": r"地址|住址|address|street|zip|postcode|邮编",
        "birthday": r"出生|生日|birth|\bdob\b",
        "username": r"用户名|账号|帐号|账户|会员|登录名|user|account|login|\buid\b",
        "search": r"搜索|查询|关键字|关键词|search|query|keyword|\bq\b|\bs\b|\bwd\b",
    }.items()
}
"""What a field can ask for; the first that fits counts, so the narrower stand before the wider."""

_BY_TYPE = {"password": "password", "email": "email", "tel": "phone", "search": "search"}
_SKIP = {"hidden", "submit", "button", "image", "reset"}
_MAX_FORMS, _MAX_FIELDS = 30, 60
_CONTROLS = ",".join(sorted(CONTROLS))
_AUTOCOMPLETE = {
    "one-time-code": "sms-code",
    "cc-number": "bank-card",
    "cc-csc": "cvv",
    "cc-exp": "card-expiry",
    "current-password": "password",
    "new-password": "password",
}


@lru_cache(maxsize=16_384)  # the same few names and labels stand on most pages
def field_meaning(type_: str, *, name: str, label: str, placeholder: str) -> str | None:
    """What a field asks for, a name of `MEANINGS`; its words count before its type."""
    for text in (f"{placeholder} {label}", re.sub(r"(?<=[a-z])(?=[A-Z])|_", "-", name)):
        for meaning, pattern in MEANINGS.items():
            if pattern.search(text):
                return "password" if type_ == "password" and meaning in _WEAK else meaning
    return _BY_TYPE.get(type_)


SECRETS = frozenset(
    [
        "password",
        "payment-password",
        "sms-code",
        "id-card",
        "bank-card",
        "cvv",
        "card-expiry",
        "seed-phrase",
    ]
)
"""Meanings whose answers let somebody take money or an identity."""
_WEAK = frozenset({"username", "phone", "search", "email", "real-name", "qq", "wechat", "address"})
"""What a password field is not, though its label says it (`请输入登录账户的…`)."""


def read_forms(elements: Elements, host: str, base: str) -> tuple[Form, ...]:
    """All forms of a page, and its loose fields as one more form.

    `host` is the page's own, `base` what its relative addresses are relative to.
    """
    named = elements.named
    if not named["control"] and not named["form"]:
        return ()
    labelled = [(said["for"], node) for node, said in named["label"] if "for" in said]
    labels = {id_: _short(node.text()) for id_, node in labelled[: _MAX_FORMS * _MAX_FIELDS]}
    scheme, elsewhere = base.partition(":")[0], host_named(base) or host
    forms: list[Form] = []
    inside: set[int] = set()
    for node, attributes in named["form"][:_MAX_FORMS]:
        controls = node.css(_CONTROLS)[:_MAX_FIELDS]
        inside.update(control.mem_id for control in controls)
        action = (attributes.get("action") or "").strip()
        target = host if is_nowhere(action) else host_named(action, scheme) or elsewhere
        forms.append(
            Form(
                action_host=target,
                external=not same_site(target, host),
                empty_action=is_nowhere(action),
                method="post" if (attributes.get("method") or "").lower() == "post" else "get",
                fields=_fields(controls, labels),
            )
        )
    controls = [node for node, _ in named["control"][: 2 * _MAX_FIELDS]]
    loose = [node for node in controls if node.mem_id not in inside]
    fields = _fields(loose[:_MAX_FIELDS], labels)
    if fields:
        forms.append(Form(host, False, True, "script", fields))
    return tuple(forms)


def _fields(controls: Iterable[Any], labels: dict[str | None, str]) -> tuple[FormField, ...]:
    read = (_field(node, labels) for node in controls)
    return tuple(field for field in read if field is not None)


def _field(node: Any, labels: dict[str | None, str]) -> FormField | None:
    attributes = node.attributes
    type_ = (attributes.get("type") or "text").strip().lower() if node.tag == "input" else node.tag
    if type_ in _SKIP:
        return None
    name = (attributes.get("name") or attributes.get("id") or "")[:80]
    label = attributes.get("aria-label") or labels.get(attributes.get("id")) or _words_before(node)
    label = _short(label)
    placeholder = _short(attributes.get("placeholder") or attributes.get("title") or "")
    meaning = _AUTOCOMPLETE.get((attributes.get("autocomplete") or "").lower()) or field_meaning(
        type_, name=name, label=label, placeholder=placeholder
    )
    return FormField(name, type_[:20], label, placeholder, meaning)


def _words_before(node: Any) -> str:
    """The text a reader takes for the field's label: an enclosing label, else what stands before."""
    at = node
    for _ in range(3):
        before = at.prev
        for _ in range(3):
            if before is None:
                break
            if before.tag in CONTROLS or (
                before.is_element_node and before.css_first(_CONTROLS) is not None
            ):
                return ""
            words = (before.text() or "").strip() if before.tag not in {"script", "style"} else ""
            if words:
                return words if len(words) <= 60 else ""
            before = before.prev
        at = at.parent
        if at is None or at.tag in {"form", "body"}:
            return ""
        if at.tag == "label":
            return at.text() or ""
    return ""


def _short(text: str) -> str:
    return fold(text[:200]).replace("\n", " ")[:60]
