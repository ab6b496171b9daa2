"""What a page says about the site itself."""

import pytest

from spiders.extract import extract

LONG = "<p>" + "清河茶庄今日新到春茶，欢迎到店品尝，店铺位于清河路三号。" * 40 + "</p>"


@pytest.mark.parametrize(
    ("html", "state"),
    [
        ("<title>茶庄</title><p>欢迎光临清河茶庄。", "live"),
        ("<p>本域名正在出售，有意者请联系", "parked"),
        ("<h1>This domain is for sale</h1>", "parked"),
        ("<script src=https://www.sedoparking.com/x.js></script><p>Related searches", "parked"),
        ("<p>您的网站已到期，请续费", "expired-hosting"),
        ("<p>没有找到站点", "expired-hosting"),
        ("<h1>Welcome to nginx!</h1>", "expired-hosting"),
        ("<title>Just a moment...</title><p>Checking your browser", "blocked"),
        ("<p>请完成安全验证后继续访问", "blocked"),
        ("<p>该网站暂时无法进行访问：未按规定备案", "blocked"),
        ("<title>404</title><p>返回首页", "soft-404"),
        ("<p>抱歉，您访问的页面不存在", "soft-404"),
        ("<h1>Домен припаркован</h1>", "parked"),
        ("<h1>Internal Server Error</h1><p>Please try again later", "dead"),
        ("<p>This domain and website have been suspended", "expired-hosting"),
        ("<h1>Forbidden</h1><p>You don't have permission to access this resource.", "blocked"),
        ("", "empty"),
        ("<p> </p><script></script>", "live"),
        ("<img src=a.png>", "live"),
    ],
)
def test_the_state_of_a_page_that_was_delivered(html: str, state: str) -> None:
    assert extract(html.encode(), url="http://a.example/").state == state


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (200, "live"),
        (404, "dead"),
        (410, "dead"),
        (500, "dead"),
        (403, "blocked"),
        (503, "blocked"),
    ],
)
def test_the_status_counts_where_the_page_says_nothing(status: int, state: str) -> None:
    page = extract("<p>清河茶庄".encode(), url="http://a.example/", status=status)
    assert page.state == state


@pytest.mark.parametrize("notice", ["本域名正在出售", "页面不存在", "access denied", "网站已到期"])
def test_a_page_with_more_to_say_is_not_a_notice(notice: str) -> None:
    html = f"<title>茶庄</title>{LONG}<footer>{notice}</footer>"
    assert extract(html.encode(), url="http://a.example/").state == "live"


HOSTER = "<p>" + "Our plans have room for every site, with mail and a name of your own. " * 12


def test_a_hosters_own_notice_goes_on_with_what_it_sells() -> None:
    page = f"<h1>Website is sleeping</h1><p>Wake it from the members area.{HOSTER}"
    assert extract(page.encode(), url="http://a.example/").state == "expired-hosting"


@pytest.mark.parametrize(
    "page",
    [
        f"{HOSTER}<p>Website is sleeping",
        f"<h1>Website is sleeping</h1>{HOSTER}{HOSTER}",
        f"<h1>Website is sleeping</h1>{HOSTER}<form><input type=password></form>",
        f"<h1>Website is sleeping</h1>{HOSTER}<a href=a.apk>app</a>",
    ],
    ids=["at-the-end", "long", "asks-for-a-password", "offers-a-program"],
)
def test_what_says_more_than_a_hosters_notice_is_no_notice(page: str) -> None:
    assert extract(page.encode(), url="http://a.example/").state == "live"
