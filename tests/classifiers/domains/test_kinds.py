"""Which kind of fraud it is: the rules' word, and what was learned of kinds that there were rows of."""

from dataclasses import replace

import pytest

from classifiers.domains.corpus import PageRow
from classifiers.domains.experts.categories import LEAST, Categories, fit_categories
from classifiers.domains.kinds import category_of, category_scores
from classifiers.domains.shipped import default_model
from classifiers.domains.signs import fraud_talk
from classifiers.domains.site import Site
from classifiers.domains.training import train
from pipeline.categories import Category
from tests.classifiers.domains.conftest import NOW, evidence
from tests.classifiers.domains.pages import FRAUD
from tests.classifiers.domains.small import small_corpus


def _message(text: str, kind: str | None = None) -> PageRow:
    page = {"title": "", "text": text, "state": "live", "language": "zh"}
    return PageRow(page, 1, "own", text, None, kind)


CARD = "尊敬的客户，您的银行卡积分即将清零，请登录网址验证卡号和密码"
BETS = "百家乐真人荷官在线发牌，首充送彩金，老虎机体育投注"


def test_kinds_are_told_apart_by_their_wording() -> None:
    rows = [(CARD, Category.PHISHING_CREDENTIAL), (BETS, Category.GAMBLING)] * LEAST
    sites = [_message(f"{text}{n}").site() for n, (text, _) in enumerate(rows)]
    learned = fit_categories(sites, [category for _, category in rows])
    [card, bets] = learned.likely([_message(CARD).site(), _message(BETS).site()])
    assert card[Category.PHISHING_CREDENTIAL] > 0.9 > card[Category.GAMBLING]
    assert bets[Category.GAMBLING] > 0.9 > bets[Category.PHISHING_CREDENTIAL]


def test_too_few_rows_teach_nothing() -> None:
    sites = [_message(f"{BETS}{n}").site() for n in range(LEAST)]
    assert fit_categories(sites, [Category.GAMBLING] * LEAST) == Categories({})
    assert Categories({}).likely(sites[:1]) == [{}]


def test_a_kind_without_data_is_left_to_the_rules() -> None:
    host, html = FRAUD["task-rebate"]
    site = Site(evidence(html, host), NOW)
    assert category_of(site, {}) is Category.TASK_REBATE
    assert category_of(site, {Category.GAMBLING: 0.9}) is Category.TASK_REBATE


def test_a_message_is_named_by_what_was_learned() -> None:
    message = _message("老板发财，今晚开盘，网址见下").site()
    assert category_of(message, {}) is not Category.GAMBLING
    assert category_of(message, {Category.GAMBLING: 0.9}) is Category.GAMBLING


def test_the_shipped_model_learned_kinds_and_names_them() -> None:
    learned = default_model().categories
    assert {Category.GAMBLING, Category.PHISHING_CREDENTIAL} <= learned.models.keys()
    [bets] = learned.likely([_message(BETS).site()])
    assert max(bets, key=lambda c: bets[c]) is Category.GAMBLING


def test_classes_of_sources_become_categories_in_training() -> None:
    corpus = small_corpus()
    own = [_message(f"{BETS}{n}", "IL:Gambling") for n in range(LEAST)]
    own += [_message(f"{CARD}{n}", "FR:Phishing(Bank)") for n in range(LEAST)]
    more = replace(corpus, chinese=[*corpus.chinese, *own])
    model = train(more, seed=1, version="x", about={}, step=lambda _: None)
    assert model.categories.models.keys() == {Category.GAMBLING, Category.PHISHING_CREDENTIAL}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (
            "您好，这里是快递客服，您的包裹在途中破损，现为您登记双倍退款，请从理赔通道领取",
            Category.FAKE_CUSTOMER_SERVICE,
        ),
        (
            "平台客服提示：工作人员误将您登记为代理商，如不取消会员业务将每月自动扣费",
            Category.FAKE_CUSTOMER_SERVICE,
        ),
        (
            "小陈，我换号了。我正在开会不方便接电话，你先帮我转一笔合同款，回头还你",
            Category.IMPERSONATING_ACQUAINTANCE,
        ),
        (
            "猜猜我是谁？连我都听不出来啦。路上出事急用钱，把钱打到这个卡，别告诉别人",
            Category.IMPERSONATING_ACQUAINTANCE,
        ),
    ],
    ids=["damaged-parcel", "cancelled-membership", "chief-with-a-new-number", "guess-who"],
)
def test_messages_of_kinds_without_data_are_named_by_what_they_say(
    text: str, kind: Category
) -> None:
    assert category_of(_message(text).site(), {}) is kind


def test_everyday_words_name_a_kind_and_accuse_nobody() -> None:
    news = (
        "公司董事长与总经理昨日在办公室开会，财务同事汇报合同款与项目款的进度。"
        "商家签收订单后，售后客服人员可为买家办理退还，支付宝与二维码付款均可。"
    )
    site = _message(news).site()
    assert category_scores(site)
    assert site.speech.offers == 0
    assert fraud_talk(site) is None
