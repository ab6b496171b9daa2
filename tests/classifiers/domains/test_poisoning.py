"""What somebody may try who wants an honest site blocked, or a fraud site spared."""

from dataclasses import replace

import pytest

from classifiers.domains import judge
from classifiers.domains.folding import folded
from classifiers.domains.site import Site
from pipeline.categories import Category
from pipeline.nouns import Label, ReportTally
from tests.classifiers.domains.conftest import NOW, evidence
from tests.classifiers.domains.pages import FRAUD, HONEST


def _probability(html: str, host: str, tally: ReportTally | None = None) -> float:
    [verdict] = judge([evidence(html, host, tally=tally)], now=NOW)
    return verdict.probability


def test_mass_reports_from_one_source_move_nothing() -> None:
    host, html = HONEST["shop"]
    one = ReportTally(reports=1, reporters=1, sources=("cli",))
    crowd = replace(one, reports=5000, reporters=4000)
    assert _probability(html, host, crowd) == _probability(html, host, one)


def test_even_many_sources_cannot_condemn_an_honest_page() -> None:
    host, html = HONEST["shop"]
    many = ReportTally(reports=9, reporters=9, sources=tuple("abcdefghi"), trusted=("a",))
    assert _probability(html, host, many) < 0.95


def test_a_forum_page_stuffed_with_fraud_words_is_not_blocked() -> None:
    host, html = HONEST["victim"]
    stuffed = html.replace(
        "</body>", "<p>回帖：" + "刷单 垫付 百家乐 彩金 稳赚不赔 " * 40 + "</p></body>"
    )
    assert _probability(stuffed, host) < 0.95


def test_hidden_fraud_text_on_a_filed_site_is_called_compromised_not_malicious() -> None:
    host, html = HONEST["bank-loan"]
    hidden = '<div style="display:none">百家乐 老虎机 真人荷官 注册送 彩金 体育投注</div>'
    [verdict] = judge([evidence(html.replace("</body>", hidden + "</body>"), host)], now=NOW)
    assert verdict.label is not Label.MALICIOUS
    assert verdict.probability < 0.95


def _offered(html: str, host: str) -> dict[Category, frozenset[str]]:
    speech = Site(evidence(html, host), NOW).speech
    return {category: frozenset(phrases) for category, phrases in speech.offered.items()}


_BENT = [
    ("task-rebate", "佣金", "佣 金"),
    ("task-rebate", "佣金", "yong金"),
    ("task-rebate", "垫付", "墊付"),
    ("task-rebate", "连单", "连\u200b单"),
    ("task-rebate", "抢单", "抢*单"),
    ("fake-investment", "USDT", "U\u0405D\u0422"),  # Cyrillic Dze and Te
    ("fake-investment", "USDT", "\uff35\uff33\uff24\uff34"),  # full width
    ("fake-investment", "稳赚不赔", "稳 赚 不 赔"),
    ("fake-investment", "导师带单", "導師帶單"),
    ("fake-loan", "征信", "征\u200b信"),
    ("gambling", "返水", "反水"),
    ("gambling", "首充", "首存"),
]


@pytest.mark.parametrize(("kind", "from_", "to"), _BENT)
def test_a_bent_word_is_heard_as_the_word_that_it_means(kind: str, from_: str, to: str) -> None:
    host, html = FRAUD[kind]
    plain = _offered(html, host)
    # The word carries a phrase: without it, something is missing.
    assert _offered(html.replace(from_, "云朵"), host) != plain
    assert _offered(html.replace(from_, to), host) == plain
    assert _probability(html.replace(from_, to), host) >= 0.95


@pytest.mark.parametrize(
    ("bent", "plain"),
    [("tixian", "提现"), ("薇信", "微信"), ("kefu", "客服"), ("\uff36\uff29\uff30", "vip")],
)
def test_bent_vocabulary_counts_as_the_plain_one(bent: str, plain: str) -> None:
    assert folded(bent) == plain


def test_warnings_put_on_a_fraud_page_do_not_spare_it() -> None:
    host, html = FRAUD["fake-loan"]
    warned = html.replace("</body>", "<p>谨防诈骗，请勿轻信陌生来电。</p></body>")
    assert _probability(warned, host) >= 0.5


def test_a_copied_filing_number_does_not_spare_a_page_that_asks_for_cards() -> None:
    host, html = FRAUD["phishing-credential"]
    filed = html.replace("</body>", "<footer>京ICP备10000001号-1</footer></body>")
    assert _probability(filed, host) >= 0.5


def test_a_page_of_nothing_but_warnings_cannot_hide_a_form_for_cards() -> None:
    host, html = FRAUD["phishing-credential"]
    buried = html.replace("<form", "<p>" + "警惕诈骗，谨防骗子。" * 30 + "</p><form")
    assert _probability(buried, host) >= 0.35


_LOGIN = """<html><head><title>Verify your account</title></head><body>
<h1>Your account has been suspended</h1><p>Confirm your identity now to restore access.</p>
<form action="next.php" method="post"><input name="card" placeholder="Card number">
<input name="cvv" placeholder="CVV"><input type="password" name="pass" placeholder="Password">
<button>Verify</button></form>{}</body></html>"""


def test_names_of_honest_portals_in_the_markup_do_not_spare_a_phishing_page() -> None:
    plain = _probability(_LOGIN.format(""), "secure-update.example")
    portal = "".join(
        f'<div class="article-body nav-item sidebar widget" id="comments{n}" data-toggle="x" itemprop="y">'
        f'<link href="/wp-content/themes/news/style.css"><img src="/images/header/logo.gif"></div>'
        for n in range(40)
    )
    stuffed = _probability(_LOGIN.format(portal), "secure-update.example")
    assert plain >= 0.9
    assert stuffed >= 0.35


def test_a_flood_of_tokens_in_the_markup_cannot_push_an_honest_page_over_the_block() -> None:
    host, html = HONEST["victim"]
    flood = "".join(f'<i class="login verify wallet seed" id="{n}"></i>' for n in range(5000))
    assert _probability(html.replace("</body>", f"{flood}</body>"), host) < 0.95
