"""What a column is called, in English and in Chinese → the field of a report that it holds."""

import re
from collections.abc import Sequence

from pipeline.errors import NotAnIndicatorError
from pipeline.indicators import parse
from pipeline.nouns import Kind

COLUMNS: dict[str, tuple[str, ...]] = {
    "site": (
        "url", "urls", "weburl", "website", "websiteurl", "link", "address", "domain", "domainname", "host",
        "hostname", "site", "ip", "indicator", "ioc", "observable", "target", "value", "fqdn",
        "网址", "網址", "域名", "链接", "連結", "鏈接", "網站", "网站", "网站地址", "網站地址", "地址", "涉诈网址",
        "涉詐網址", "诈骗网址", "詐騙網址", "網域", "主机", "主機", "下载地址", "下載地址",
    ),
    "number": (
        "phone", "phonenumber", "number", "tel", "telephone", "mobile", "msisdn", "caller", "callerid", "called",
        "callingnumber", "sender", "电话", "電話", "号码", "號碼", "手机", "手機", "手机号", "手機號", "手机号码",
        "手機號碼", "电话号码", "電話號碼", "主叫号码", "主叫號碼", "来电号码", "來電號碼", "涉诈号码", "涉詐號碼",
        "诈骗电话", "詐騙電話", "被举报号码", "被舉報號碼", "发送号码", "短信号码",
    ),
    "text": (
        "text", "content", "message", "body", "description", "details", "sms", "note", "notes", "remark", "line",
        "内容", "內容", "短信", "短信内容", "簡訊", "簡訊內容", "举报内容", "舉報內容", "描述", "详情", "詳情", "备注",
        "備註", "案情", "简要案情",
    ),
    "reporter": (
        "reporter", "reportedby", "reporterid", "user", "userid", "account", "victim", "submitter", "complainant",
        "informant", "举报人", "舉報人", "报案人", "報案人", "投诉人", "投訴人", "受害人", "举报人电话", "舉報人電話",
        "举报号码", "举报人号码", "用户", "用戶", "联系电话", "聯絡電話",
    ),
    "time": (
        "time", "date", "datetime", "timestamp", "reportedat", "reporttime", "reportdate", "created", "createdat",
        "firstseen", "seen", "时间", "時間", "日期", "举报时间", "舉報時間", "报案时间", "報案時間", "通報日期",
        "发生时间", "發生時間",
    ),
    "category": (
        "category", "type", "class", "fraudtype", "kind", "label", "类别", "類別", "类型", "類型", "诈骗类型",
        "詐騙類型", "案件类别", "案件類別", "手法",
    ),
    "count": (
        "count", "cnt", "cases", "times", "reports", "件数", "件數", "次数", "次數", "数量", "數量", "举报次数",
        "舉報次數",
    ),
    "name": (
        "name", "brand", "title", "websitenm", "websitename", "sitename", "app", "appname", "名称", "名稱", "品牌",
        "网站名称", "網站名稱", "应用名称", "應用名稱", "平台", "平台名称", "平台名稱", "仿冒品牌",
    ),
}  # fmt: skip
"""Field → names of its columns. `name` is known and not kept: it only helps to tell a header."""

CLAIMS = ("site", "number", "text")
"""The fields in which indicators are looked for."""

_FIELD = {name: field for field, names in COLUMNS.items() for name in names}


def field_of(column: str) -> str | None:
    """The field that a column's name stands for; case, spaces and marks do not count."""
    return _FIELD.get(re.sub(r"[\W_]+", "", column).casefold())


def header_fields(cells: Sequence[str]) -> tuple[str | None, ...] | None:
    """The fields of a row of column names; None where the row is no such thing."""
    fields = tuple(field_of(cell) for cell in cells)
    known = sum(field is not None for field in fields)
    named = sum(bool(cell.strip()) for cell in cells)
    if known and 2 * known >= named:
        return fields
    claimed = any(field in CLAIMS for field in fields)
    return fields if claimed and not any(_is_claim(cell) for cell in cells) else None


def fields_by_content(rows: Sequence[Sequence[str]]) -> tuple[str | None, ...]:
    """The fields of columns without names: most cells of a column are sites, or whole numbers."""
    width = max((len(row) for row in rows), default=0)
    return tuple(
        "site" if sum(n < len(row) and _is_claim(row[n]) for row in rows) * 2 > len(rows) else None
        for n in range(width)
    )


def _is_claim(cell: str) -> bool:
    """Whether a cell is surely a site or a phone number, and no count, date or short code."""
    try:
        found = parse(cell)
    except NotAnIndicatorError:
        return False
    return found.kind is not Kind.NUMBER or found.value.startswith("+")
