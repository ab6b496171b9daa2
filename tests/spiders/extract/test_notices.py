"""What a page says about the site itself, where it is little more than a notice."""

import pytest

from spiders.extract import extract_text
from spiders.extract.state import page_state

_EDGE = "Performance and security by a network. Ray ID: 6f0c76942c3e63e1. " + "What can I do? " * 40


@pytest.mark.parametrize(
    ("title", "text", "state"),
    [
        ("shop.example | 526: Invalid SSL certificate", f"Error 526 {_EDGE}", "dead"),
        ("Origin DNS error | shop.example", f"Error 1016 {_EDGE}", "dead"),
        ("Access denied", f"Error 1020 {_EDGE}", "blocked"),
        ("Please wait...", f"Please enable cookies. {_EDGE}", "blocked"),
        ("Website sleeping", "This website is sleeping. Are you its owner?", "expired-hosting"),
        ("Blocked", "This account has been removed for abuse.", "expired-hosting"),
        ("A name", "This domain was recently registered at a registrar.", "parked"),
        ("An old name", "This domain name expired on 2 May. Renew it.", "expired-hosting"),
        ("401", "401 Authorization Required\na-server/1.2", "blocked"),
        ("error", "You dont have permission to access / on this server.", "blocked"),
        ("403", "You don't have authorization to view this page.", "blocked"),
        ("Restricted", "Access to this website is prohibited where you are.", "blocked"),
        ("Ой", "Доступ к сайту ограничен.", "blocked"),
        ("A warning", "This site is being used for fraudulent purposes.", "blocked"),
        ("", "Reference #18.0a1b2c3d.1640000000.4e5f6a7b", "blocked"),
        ("", "Bad Request (400)", "dead"),
        ("Page non trouvée – A shop", f"Accueil {'Nos services. ' * 20}", "soft-404"),
        ("A shop", "This site is under construction...", "empty"),
        ("茶庄", "页面升级中，请记住最新网址", "live"),
        ("A shop", f"Our hall is under construction. {'Tea, delivered. ' * 20}", "live"),
        ("A shop", "Tea, delivered.", "live"),
        ("A guide", f"How to read a ray id: {'it is a number. ' * 200}", "live"),
    ],
)
def test_notices_are_told_from_content(title: str, text: str, state: str) -> None:
    assert page_state(200, title=title, text=text, content=3, resource_hosts=()) == state


@pytest.mark.parametrize(
    ("begins", "state"),
    [
        ("Tutorials\nKnowledge\nbase\nAffiliates\nLogin\nshop.example\n", "parked"),
        ("SORRY! If you are the owner of this website, write to your hoster. ", "expired-hosting"),
        ("What is Plesk\n", "expired-hosting"),
        ("Website is no longer available\n", "expired-hosting"),
        ("URL Terminated\n", "blocked"),
        ("Home\nWARNING: A user has reported this shortened URL to us. ", "blocked"),
        ("Warning: This link has been flagged by our systems. ", "blocked"),
    ],
)
def test_notices_of_hosters_and_shorteners_go_on_with_what_they_sell(
    begins: str, state: str
) -> None:
    sells = "Plans for every site, with mail. " * 30

    def said(text: str, *, offers: bool = False) -> str:
        return page_state(200, title="", text=text, content=3, resource_hosts=(), offers=offers)

    assert said(begins + sells) == state
    assert said(sells + begins) == "live"
    assert said(begins + sells, offers=True) == "live"
    assert said(begins + sells * 2) == "live"


def test_a_page_that_asks_for_secrets_is_no_notice() -> None:
    """ "Your account was suspended, sign in" is content: to call it parked would spare phishing."""
    for says in ("Your account has been suspended", "Just a moment", "Page not found"):
        asked = page_state(
            200, title=says, text=says, content=3, resource_hosts=(), asks_secrets=True
        )
        assert asked == "live"


@pytest.mark.parametrize("status", [403, 404, 410, 500, 503])
def test_a_browser_shows_a_login_page_whatever_its_status(status: int) -> None:
    html = "<title>404 Not Found</title><form><input type=password name=p></form>"
    assert extract_text(html, url="https://a.example/", status=status).state == "live"
    for offered in ("<a href=/vip.apk>下载</a>", "加微信 qinghe_8866 领取"):
        page = extract_text(f"<p>{offered}", url="https://a.example/", status=status)
        assert page.state == "live"


def test_a_page_that_its_scripts_have_yet_to_make_is_not_gone() -> None:
    shell = "<title>App</title><div id=app></div><script src=/a.js></script>"
    assert extract_text(shell, url="https://a.example/", status=404).state == "live"
    assert extract_text(shell, url="https://a.example/", status=500).state == "live"
    # A wall of scripts is a wall, and an error page with scripts an error page.
    assert extract_text(shell, url="https://a.example/", status=403).state == "blocked"
    error = f"<p>Sorry, the page you want is not there any more.{shell}"
    assert extract_text(error, url="https://a.example/", status=404).state == "dead"


def test_status_and_title_count_only_where_there_is_little_else() -> None:
    long = "清河茶庄今日新到春茶，欢迎到店品尝。" * 120
    for status in (200, 404, 500):
        state = page_state(status, title="404 Not Found", text=long, content=3, resource_hosts=())
        assert state == "live"
    apology = "<h1>500</h1><p>Please write to webmaster@a.example."
    assert extract_text(apology, url="https://a.example/", status=500).state == "dead"


def test_the_words_of_a_delivery_network_do_not_make_an_offer_dead() -> None:
    said = page_state(
        200, title="", text=f"Error 522 {_EDGE}", content=3, resource_hosts=(), offers=True
    )
    assert said == "blocked"


def test_a_phishing_page_that_calls_the_account_suspended_is_live() -> None:
    html = "<p>Your account has been suspended.</p><form><input type=password name=p></form>"
    assert extract_text(html, url="https://a.example/").state == "live"
