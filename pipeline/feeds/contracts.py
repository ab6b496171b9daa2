"""The data contracts of the feeds: which files a carrier sends, and what each column means.

`docs/feeds.md` is generated from here. A carrier whose columns have other names sends a mapping
file (`pipeline.feeds.mapping`) along, and its files stay as they are.
"""

from dataclasses import dataclass
from enum import StrEnum


class Type(StrEnum):
    """What a column holds, and with that: how it is read, checked and kept."""

    NUMBER = "number"
    """A phone number as the network showed it; kept as a keyed hash alone."""
    TIME = "time"
    """ISO 8601 (without a zone: the feed's zone) or seconds since 1970; kept as whole seconds UTC."""
    DATE = "date"
    """ISO date, or a time whose day counts; kept as seconds UTC of its local midnight."""
    SECONDS = "seconds"
    """A whole number from 0 to 86,400."""
    AMOUNT = "amount"
    """A number not below zero."""
    DEVICE = "device"
    """IMEI, 14 to 16 digits; kept as a keyed hash and as its TAC, the first eight digits."""
    KEY = "key"
    """A person's, place's or account's identifier of any form; kept as a keyed hash alone."""
    AREA = "area"
    """GB/T 2260 code at home (`510100`), ISO 3166 alpha-2 code abroad (`MM`)."""
    CHOICE = "choice"
    """One of the words that the column names."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a feed."""

    name: str
    type: Type
    zh: str
    en: str
    required: bool = True
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contract:
    """One kind of file: its columns, which of them is the subject, and which the time."""

    kind: str
    version: int
    zh: str
    en: str
    columns: tuple[Column, ...]
    subject: str
    """The column of the number that is scored; the only one that can be resolved, by an audited step."""
    time: str
    """The column whose local day is the partition."""

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


TRUNKS = ("own", "national", "international")
"""By which way a call came: from our own subscriber, another Chinese network, or from abroad."""

_SUBJECT_ZH, _SUBJECT_EN = "用户号码", "the subscriber's number"

CONTRACTS: dict[str, Contract] = {
    contract.kind: contract
    for contract in (
        Contract(
            "calls",
            1,
            "语音话单",
            "Call records: one row per attempt, answered or not",
            (
                Column(
                    "caller", Type.NUMBER, "主叫号码(网络所示原样)", "A-number exactly as shown"
                ),
                Column("callee", Type.NUMBER, "被叫号码", "B-number as dialled"),
                Column("start", Type.TIME, "起呼时间", "when the attempt began"),
                Column(
                    "seconds",
                    Type.SECONDS,
                    "通话秒数,0为未接通",
                    "seconds of conversation; 0 means not answered",
                ),
                Column("imei", Type.DEVICE, "主叫终端", "the caller's device", required=False),
                Column("cell", Type.KEY, "主叫小区", "the caller's cell", required=False),
                Column("area", Type.AREA, "主叫所在地", "where the caller is", required=False),
                Column(
                    "trunk",
                    Type.CHOICE,
                    "来话中继",
                    "the way the call came in; empty means own",
                    required=False,
                    choices=TRUNKS,
                ),
            ),
            subject="caller",
            time="start",
        ),
        Contract(
            "sms",
            1,
            "短信话单",
            "Text messages: one row per message, without its text",
            (
                Column("sender", Type.NUMBER, "发送号码", "the sender's number"),
                Column("receiver", Type.NUMBER, "接收号码", "the receiver's number"),
                Column("sent", Type.TIME, "发送时间", "when it was sent"),
            ),
            subject="sender",
            time="sent",
        ),
        Contract(
            "subscribers",
            1,
            "用户资料",
            "Subscribers: one row per number that is active, the newest file counts",
            (
                Column("number", Type.NUMBER, _SUBJECT_ZH, _SUBJECT_EN),
                Column("activated", Type.DATE, "开户日期", "day of activation"),
                Column("as_of", Type.DATE, "资料日期", "the day the row speaks of"),
                Column("identity", Type.KEY, "证件标识", "identity document", required=False),
                Column("dealer", Type.KEY, "开户网点", "dealer who opened it", required=False),
                Column("batch", Type.KEY, "开卡批次", "batch of cards", required=False),
                Column("imei", Type.DEVICE, "常用终端", "usual device", required=False),
                Column(
                    "last_active",
                    Type.DATE,
                    "此前最近一次使用日期",
                    "last day of use before `as_of`",
                    required=False,
                ),
            ),
            subject="number",
            time="as_of",
        ),
        Contract(
            "complaints",
            1,
            "投诉举报(12321等)",
            "Complaints about numbers, as the 12321 centre and carriers take them",
            (
                Column("number", Type.NUMBER, "被举报号码", "the number complained of"),
                Column("reporter", Type.KEY, "举报人", "who complains"),
                Column("time", Type.TIME, "举报时间", "when"),
                Column(
                    "verdict",
                    Type.CHOICE,
                    "举报性质;`legitimate`为申明正常",
                    "what is said of it; `legitimate` speaks for the number",
                    required=False,
                    choices=("fraud", "harassment", "legitimate"),
                ),
            ),
            subject="number",
            time="time",
        ),
        Contract(
            "topups",
            1,
            "充值记录",
            "Top-ups: one row per payment",
            (
                Column("number", Type.NUMBER, _SUBJECT_ZH, _SUBJECT_EN),
                Column("time", Type.TIME, "充值时间", "when"),
                Column("amount", Type.AMOUNT, "金额(元)", "yuan"),
            ),
            subject="number",
            time="time",
        ),
    )
}


def markdown() -> str:
    """`docs/feeds.md`'s tables, generated so that the documentation cannot differ from the contract."""
    lines: list[str] = []
    for contract in CONTRACTS.values():
        lines += [
            f"### `{contract.kind}` v{contract.version}: {contract.zh}",
            "",
            f"{contract.en}. Subject: `{contract.subject}`; partitioned by the local day of "
            f"`{contract.time}`.",
            "",
            "| column | type | required | 含义 | meaning |",
            "|---|---|---|---|---|",
        ]
        for column in contract.columns:
            kind = column.type.value
            if column.choices:
                kind += ": " + ", ".join(f"`{choice}`" for choice in column.choices)
            lines.append(
                f"| `{column.name}` | {kind} | {'yes' if column.required else 'no'} "
                f"| {column.zh} | {column.en} |"
            )
        lines.append("")
    return "\n".join(lines)
