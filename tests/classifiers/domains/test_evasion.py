"""What a fraud page may put around or between its words does not acquit it, and honest words are no tells."""

import pytest

from classifiers.domains import judge
from classifiers.domains.combination import Route, route_of, routes_of
from classifiers.domains.floors import floor
from classifiers.domains.folding import folded
from classifiers.domains.shipped import default_model
from classifiers.domains.site import Site
from classifiers.domains.squeezing import squeezed
from pipeline.nouns import Evidence, Label, Verdict
from tests.classifiers.domains.conftest import NOW, evidence
from tests.classifiers.domains.pages import FRAUD, HONEST

_ENGLISH = "Our museum shows old maps and glass from the valley, and is open on most days. " * 30
_CHINESE = "本馆展出河谷一带的旧地图与玻璃器皿，除周一外每日开放，欢迎前来参观。" * 400
_KANA = "<p>このページはみなさまのおかげです。</p>" * 12
REVIEW = 0.35


def _judged(html: str, host: str) -> Verdict:
    return judge([evidence(html, host)], now=NOW)[0]


@pytest.mark.parametrize("kind", FRAUD)
def test_an_invisible_description_chooses_no_route(kind: str) -> None:
    host, html = FRAUD[kind]
    described = html.replace("<title>", f'<meta name="description" content="{_ENGLISH}"><title>')
    assert route_of(Site(evidence(described, host), NOW)) is Route.ZH_PAGE
    assert _judged(described, host).label is Label.MALICIOUS


@pytest.mark.parametrize("kind", FRAUD)
@pytest.mark.parametrize("padding", [f"<p>{_ENGLISH}</p>", _KANA], ids=["english", "kana"])
def test_another_language_beside_it_takes_no_chinese_page_from_the_rules(
    kind: str, padding: str
) -> None:
    host, html = FRAUD[kind]
    verdict = _judged(html.replace("<h1>", f"{padding}<h1>"), host)
    assert verdict.label is not Label.BENIGN
    assert verdict.probability >= REVIEW


def test_chinese_beside_it_takes_no_english_page_from_its_experts() -> None:
    padded = f"""<html><head><title>Verify your account</title></head><body>
    <h1>Your account has been suspended</h1>
    <p>Confirm your identity now to restore access to your wallet. We have seen unusual activity, and
    your online access is locked until you verify the password and the card of your account below.</p>
    <form action="next.php" method="post"><input name="user" placeholder="Email">
    <input type="password" name="pass" placeholder="Password"><button>Verify</button></form>
    <p>{_CHINESE[:330]}</p></body></html>"""
    site = Site(evidence(padded, "secure-update.example"), NOW)
    assert routes_of(site) == (Route.ZH_PAGE, Route.PAGE)
    route, content = default_model().say([site], [-3.4]).beside[0]
    assert route is Route.PAGE
    assert content > 0
    assert _judged(padded, "secure-update.example").label is not Label.MALICIOUS


def test_a_page_in_one_language_has_one_route() -> None:
    host, html = HONEST["shop"]
    assert routes_of(Site(evidence(html, host), NOW)) == (Route.ZH_PAGE,)
    english = "<html><title>Cafe</title><body><p>Coffee and cake. 中文菜单</p></body></html>"
    assert routes_of(Site(evidence(english), NOW)) == (Route.PAGE,)


@pytest.mark.parametrize("kind", FRAUD)
def test_copied_warnings_do_not_acquit_a_page_that_says_fraud_of_itself(kind: str) -> None:
    host, html = FRAUD[kind]
    warning = "<p>谨防诈骗。警惕骗子。请勿上当受骗。反诈提醒。</p>"
    verdict = _judged(html.replace("</body>", f"{warning}</body>"), host)
    assert verdict.label is not Label.BENIGN
    assert verdict.probability >= REVIEW


def test_warnings_before_each_sentence_do_not_hide_what_a_page_asks_for() -> None:
    host, html = FRAUD["fake-loan"]
    warned = (
        html.replace("。", "。谨防诈骗。").replace("<p>", "<p>谨防诈骗。").replace("，", "，警惕")
    )
    warned = warned.replace("短信验证码", "备注").replace("sms", "note")
    verdict = _judged(warned, host)
    assert verdict.label is not Label.BENIGN
    assert verdict.probability >= REVIEW


_OFFERS = ("刷单日结佣金", "新手垫付本金", "每天抢单", "派单导师一对一", "关注返佣当天提现")
_CONTACT = "<p>加客服微信：abc88888</p>"


def _said(sentences: list[str], rest: str) -> Evidence:
    text = "".join(f"<p>{sentence}。</p>" for sentence in sentences)
    return evidence(
        f"<html lang='zh'><head><title>在家</title></head><body>{text}{rest}</body></html>"
    )


def test_a_warning_between_the_offers_does_not_acquit_a_page_that_leaves_a_contact() -> None:
    between = [sentence for offer in _OFFERS for sentence in ("谨防诈骗", offer)]
    (verdict,) = judge([_said(between, _CONTACT)], now=NOW)
    assert verdict.label is Label.UNKNOWN
    assert verdict.reasons[0].id == "floor-hedged"


def test_who_warns_of_each_offer_in_its_own_sentence_may_leave_a_contact() -> None:
    warned = [f"骗子会说“{offer}”，请勿轻信" for offer in _OFFERS]
    assert floor(Site(_said(warned, _CONTACT), NOW)) is None
    listed = ["警惕以下骗局", *_OFFERS]
    assert Site(_said(listed, ""), NOW).speech.hedged == ("刷单", "日结佣金")


_LOGIN = """<html lang="{}"><head><title>{}</title></head><body>{}
<form method="post" action="/in"><input type="password" name="p" placeholder="{}"></form></body></html>"""


@pytest.mark.parametrize("words", [("zh", "登录", "密码"), ("en", "Sign in", "password")])
def test_a_page_that_asks_for_a_password_and_shows_nothing_else_goes_to_a_person(
    words: tuple[str, str, str],
) -> None:
    language, title, password = words
    (verdict,) = judge([evidence(_LOGIN.format(language, title, "", password))], now=NOW)
    assert verdict.label in {Label.UNKNOWN, Label.MALICIOUS}
    assert verdict.probability >= 0.4
    site = Site(evidence(_LOGIN.format(language, title, "", password)), NOW)
    found = floor(site)
    assert found is not None
    assert found.id == "floor-login"
    # What a site says of itself, and where it leads, is for the model to weigh.
    about = _ENGLISH[:500] + "".join(f'<a href="/page{n}">page {n}</a>' for n in range(4))
    told = _LOGIN.format(language, title, about, password)
    assert floor(Site(evidence(told), NOW)) is None
    # Nobody else can have a ministry's name.
    official = evidence(_LOGIN.format(language, title, "", password), host="mail.agency.gov")
    assert floor(Site(official, NOW)) is None


@pytest.mark.parametrize("kind", FRAUD)
def test_a_long_honest_beginning_does_not_hide_the_end(kind: str) -> None:
    host, html = FRAUD[kind]
    padded = html.replace("<h1>", f"<p>{_CHINESE[:13_000]}</p><h1>")
    assert Site(evidence(padded, host), NOW).speech.offers >= 2
    verdict = _judged(padded, host)
    assert verdict.label is not Label.BENIGN
    assert verdict.probability >= REVIEW


def test_what_was_not_kept_of_a_long_text_goes_to_a_person_where_the_page_asks() -> None:
    host, html = FRAUD["gambling"]
    plain = HONEST["news"][1].replace("<h1>", f"<p>{_CHINESE * 2}</p><h1>")
    verdict = _judged(html.replace("<h1>", f"<p>{_CHINESE * 2}</p><h1>"), host)
    assert verdict.label is not Label.BENIGN
    assert verdict.probability >= REVIEW
    assert _judged(plain, HONEST["news"][0]).label is Label.BENIGN


@pytest.mark.parametrize(
    "filler",
    ["🔥", "❤️", "•", "—", "、", "\u0336", "\u3164", "\U000e0041", "7", "☆★", "※"],
    ids=[
        "fire",
        "heart",
        "dot",
        "dash",
        "comma",
        "stroke",
        "filler",
        "tag",
        "digit",
        "two",
        "mark",
    ],
)
def test_what_stands_between_the_characters_hides_no_phrase(filler: str) -> None:
    for kind, phrase in (("gambling", "真人荷官百家乐"), ("fake-investment", "稳赚不赔")):
        host, html = FRAUD[kind]
        plain = Site(evidence(html, host), NOW).speech.offered
        bent = Site(evidence(html.replace(phrase, filler.join(phrase)), host), NOW)
        assert {c: set(p) for c, p in bent.speech.offered.items()} == {
            c: set(p) for c, p in plain.items()
        }


def test_a_page_cut_up_by_lines_and_full_stops_goes_to_a_person() -> None:
    host, html = FRAUD["gambling"]
    words = "真人荷官百家乐，首充送彩金，注册送，高额返水，体育投注，老虎机"
    for between in ("</p><p>", "。"):
        said = between.join(words.replace("，", ""))
        verdict = _judged(
            f"<html><title>娱乐</title><body><p>{said}</p>{html[html.index('<form') :]}", host
        )
        assert verdict.label is not Label.BENIGN
        assert verdict.probability >= REVIEW


@pytest.mark.parametrize(
    "word",
    [
        "采金",
        "博采众长",
        "提线木偶",
        "安徽信托",
        "威信县",
        "增加威信",
        "收入、金融",
        "收入，金属",
        "请输入金额",
    ],
)
def test_honest_words_are_no_tells(word: str) -> None:
    text = f"本地{word}的资料。"
    assert folded(word) in squeezed(folded(text))
    speech = Site(evidence(f"<html><title>资料</title><p>{text}</p></html>"), NOW).speech
    assert not speech.offered
    assert not speech.broken


@pytest.mark.parametrize(("bent", "plain"), [("加威信", "加微信"), ("领采金", "领彩金")])
def test_in_a_lures_company_they_are_what_they_stand_for(bent: str, plain: str) -> None:
    assert folded(bent) == plain


def test_an_honest_mine_is_no_casino() -> None:
    html = (
        "<html><title>金山矿业</title><body><p>本公司从事采金与选矿，博采众长，引进先进设备，安全生产二十年。"
        "采金现场实行封闭管理，欢迎同行前来交流选矿技术与环境保护的经验。</p></body></html>"
    )
    assert _judged(html, "www.mine.example").label is Label.BENIGN


@pytest.mark.parametrize("host", ["www.lucky668.ac", "lucky.edu.kg", "gov.lucky.com"])
def test_an_open_suffix_gives_no_standing(host: str) -> None:
    assert _judged(FRAUD["gambling"][1], host).label is Label.MALICIOUS


def test_copied_filing_numbers_do_not_make_a_fraud_page_a_victim() -> None:
    host, html = FRAUD["gambling"]
    filed = html.replace("</body>", "<p>京ICP备10000001号-1 京公网安备11010100000001号</p></body>")
    assert _judged(filed, host).label is not Label.COMPROMISED


def test_a_cut_page_says_why_a_person_must_look() -> None:
    host, html = HONEST["bank-loan"]
    [verdict] = judge([evidence(html, host, http__body={"truncated": True})], now=NOW)
    assert verdict.reasons[0].id == "floor-cut"
