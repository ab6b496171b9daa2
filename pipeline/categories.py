"""The categories of fraud, named after the types the Ministry of Public Security reports most."""

from enum import StrEnum


class Category(StrEnum):
    """What kind of fraud an indicator serves; the value is the stable name used in every file."""

    TASK_REBATE = "task-rebate"
    FAKE_INVESTMENT = "fake-investment"
    FAKE_SHOPPING = "fake-shopping"
    FAKE_CUSTOMER_SERVICE = "fake-customer-service"
    FAKE_LOAN = "fake-loan"
    CREDIT_REPAIR = "credit-repair"
    IMPERSONATING_ACQUAINTANCE = "impersonating-acquaintance"
    IMPERSONATING_POLICE = "impersonating-police"
    ROMANCE = "romance"
    GAME_TRADE = "game-trade"
    GAMBLING = "gambling"
    PHISHING_CREDENTIAL = "phishing-credential"
    OTHER = "other"

    @property
    def zh(self) -> str:
        """The Chinese name, as the Ministry writes it."""
        return _NAMES[self][0]

    @property
    def en(self) -> str:
        """The English name."""
        return _NAMES[self][1]


_NAMES: dict[Category, tuple[str, str]] = {
    Category.TASK_REBATE: ("刷单返利", "task-rebate fraud"),
    Category.FAKE_INVESTMENT: ("虚假网络投资理财", "fake investment"),
    Category.FAKE_SHOPPING: ("虚假购物服务", "fake shopping or service"),
    Category.FAKE_CUSTOMER_SERVICE: ("冒充电商物流客服", "fake customer service"),
    Category.FAKE_LOAN: ("虚假贷款", "fake loan"),
    Category.CREDIT_REPAIR: ("虚假征信", "fake credit repair"),
    Category.IMPERSONATING_ACQUAINTANCE: (
        "冒充领导熟人",
        "impersonating a superior or acquaintance",
    ),
    Category.IMPERSONATING_POLICE: ("冒充公检法", "impersonating police or courts"),
    Category.ROMANCE: ("网络婚恋交友", "romance fraud"),
    Category.GAME_TRADE: ("网络游戏产品虚假交易", "fake game trade"),
    Category.GAMBLING: ("网络赌博", "online gambling"),
    Category.PHISHING_CREDENTIAL: ("钓鱼", "credential phishing"),
    Category.OTHER: ("其他诈骗", "other fraud"),
}
