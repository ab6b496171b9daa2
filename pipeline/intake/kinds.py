"""What sources call a kind of fraud → our category."""

from pipeline.categories import Category

_WORDS: tuple[tuple[Category, tuple[str, ...]], ...] = (
    (Category.TASK_REBATE, ("刷单", "刷單", "返利", "做任务", "點讚", "点赞", "task", "rebate")),
    (Category.CREDIT_REPAIR, ("征信", "徵信", "credit repair")),
    (Category.FAKE_LOAN, ("贷款", "貸款", "借贷", "借貸", "网贷", "loan")),
    (Category.FAKE_INVESTMENT, ("投资", "投資", "理财", "理財", "股票", "虚拟币", "虛擬貨幣", "invest")),
    (Category.IMPERSONATING_POLICE, ("公检法", "公檢法", "检察", "檢察", "警察", "假檢警", "police")),
    (Category.IMPERSONATING_ACQUAINTANCE, ("熟人", "领导", "領導", "猜猜我是谁", "親友", "acquaintance")),
    (Category.ROMANCE, ("婚恋", "交友", "杀猪盘", "愛情", "感情", "裸聊", "romance")),
    (Category.GAMBLING, ("赌博", "賭博", "博彩", "娱乐城", "娛樂城", "gambling", "casino")),
    (Category.GAME_TRADE, ("游戏", "遊戲", "game")),
    (Category.PHISHING_CREDENTIAL, ("钓鱼", "釣魚", "phish", "盗号", "盜刷")),
    (Category.FAKE_CUSTOMER_SERVICE, ("客服", "快递理赔", "退款", "customer service")),
    (Category.FAKE_SHOPPING, ("购物", "購物", "网购", "網購", "拍賣", "shop")),
)  # fmt: skip


def category_of(text: str) -> Category | None:
    """The category that a source's word stands for: our own name or its Chinese or English one,
    else the first whose words occur in it, else `other`; None where nothing is said."""
    word = text.strip().casefold()
    if not word:
        return None
    for category in Category:
        if word in {category.value, category.zh, category.en}:
            return category
    for category, words in _WORDS:
        if any(known in word for known in words):
            return category
    return Category.OTHER
