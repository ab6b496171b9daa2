"""A corpus of our own making, just large enough to train every part of a model on in seconds."""

import random
from datetime import date
from functools import lru_cache

from classifiers.domains.corpus import Corpus, HostRow, PageRow
from classifiers.domains.model import SitesModel
from classifiers.domains.training import train
from spiders.extract import extract_text

_FRAUD = [
    "verify your wallet",
    "claim bonus now",
    "account suspended",
    "enter seed phrase",
    "confirm card",
]
_HONEST = [
    "the council met on monday",
    "opening hours of the library",
    "our recipe for soup",
    "the match ended",
]
_ZH_FRAUD = ["充值送彩金百家乐真人荷官", "您的积分即将清零请点击兑换现金", "兼职刷单日结佣金先垫付"]
_ZH_HONEST = [
    "图书馆周末照常开放欢迎读者",
    "本店新茶上市会员优惠退订回复",
    "明日停水请提前储水谢谢理解",
]


def small_corpus() -> Corpus:
    """Hosts, pages, texts and Chinese messages, both labels of each; the same at every call."""
    rng = random.Random(5)
    hosts = [
        HostRow(
            f"{rng.choice(['vip', 'fx', 'bet'])}{rng.randrange(10**5)}.top",
            1,
            "tw165",
            date(2024, 5, 1),
        )
        for _ in range(300)
    ]
    hosts += [
        HostRow(
            f"{rng.choice(['green', 'north', 'old'])}{rng.choice(['tea', 'school', 'press'])}{i}.com",
            0,
            "cn_old",
        )
        for i in range(300)
    ]
    pages, texts, chinese = [], [], []
    for i in range(160):
        label = i % 2
        words = " ".join(rng.choices(_FRAUD if label else _HONEST, k=12))
        form = (
            '<form action="x"><input name="card" placeholder="card number"></form>' if label else ""
        )
        html = f"<html><title>{words[:30]}</title><body><p>{words}.</p>{form}</body></html>"
        page = extract_text(html, url="https://host.invalid/").to_json()
        pages.append(PageRow(page, label, "made", f"page {i}"))
        if label:
            plain = {"title": words[:20], "text": words, "state": "live"}
            texts.append(PageRow(plain, 1, "made", f"text {i}", date(2026, 1, 1 + i % 28)))
        said = "".join(rng.choices(_ZH_FRAUD if label else _ZH_HONEST, k=2))
        message = {"title": "", "text": f"{said}{i}", "state": "live", "language": "zh"}
        chinese.append(
            PageRow(message, label, "made", f"message {i}", None, "FR" if label else "AD")
        )
    return Corpus(hosts, pages, texts, chinese)


@lru_cache(maxsize=1)
def small_model() -> SitesModel:
    """A model trained on it."""
    return train(small_corpus(), seed=3, version="small", about={}, step=lambda _: None)
