"""Features of what a page asks for. None throughout where no markup was read."""

from collections.abc import Callable

from classifiers.domains.features.feature import Feature, family
from classifiers.domains.site import Site


def _fields(site: Site) -> int:
    return sum(len(form.get("fields") or ()) for form in site.forms)


def forms(site: Site) -> float | None:
    """Number of forms."""
    return float(len(site.forms)) if site.marked_up else None


def fields(site: Site) -> float | None:
    """Number of fields to fill in."""
    return float(_fields(site)) if site.marked_up else None


def secrets(site: Site) -> float | None:
    """Number of different secrets asked for (card, code, password, identity). Honest pages ask for one or two."""
    return float(len(site.secrets)) if site.marked_up else None


def empty_actions(site: Site) -> float | None:
    """Forms that are sent nowhere in particular. A script takes the data, or nobody checks."""
    return float(sum(bool(f.get("empty_action")) for f in site.forms)) if site.marked_up else None


def posted(site: Site) -> float | None:
    """Forms sent by POST."""
    return float(sum(f.get("method") == "post" for f in site.forms)) if site.marked_up else None


def scripted(site: Site) -> float | None:
    """Fields outside any form, read by a script."""
    return float(any(f.get("method") == "script" for f in site.forms)) if site.marked_up else None


def unnamed(site: Site) -> float | None:
    """Share of fields whose purpose nothing tells."""
    total = _fields(site)
    if not total:
        return None
    nameless = sum(1 for f in site.forms for one in f.get("fields") or () if not one.get("meaning"))
    return nameless / total


def _asks(meaning: str) -> Callable[[Site], float | None]:
    def read(site: Site) -> float | None:
        return float(meaning in site.asks) if site.marked_up else None

    read.__name__ = f"asks_{meaning.replace('-', '_')}"
    read.__doc__ = f"Whether a field asks for: {meaning}. Who asks for what separates fraud from its look-alikes."
    return read


MEANINGS = {
    "password": "密码", "payment-password": "支付密码", "sms-code": "短信验证码", "id-card": "身份证号",
    "bank-card": "银行卡号", "cvv": "卡片安全码", "card-expiry": "卡片有效期", "seed-phrase": "助记词",
    "invitation-code": "邀请码", "amount": "金额", "wallet": "钱包地址", "phone": "手机号", "email": "邮箱",
    "wechat": "微信号", "qq": "QQ号", "real-name": "姓名", "address": "地址", "birthday": "出生日期",
    "username": "用户名", "search": "搜索词",
}  # fmt: skip

FORMS: dict[str, Feature] = family(
    "forms",
    ("表单数量", forms),
    ("待填字段数量", fields),
    ("索取的敏感信息种类", secrets),
    ("无提交目标的表单数", empty_actions),
    ("以POST提交的表单数", posted),
    ("表单外由脚本读取的字段", scripted),
    ("用途不明字段的比例", unnamed),
    *((f"是否索取{zh}", _asks(meaning)) for meaning, zh in MEANINGS.items()),
)
