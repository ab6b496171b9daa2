"""The whole desk as people use it, in Debian's Chromium."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from blocklists.build import build
from pipeline.nouns import Action, Indicator, Kind
from pipeline.store import reviews
from pipeline.store.decisions import changed_since, head_of, last_seq
from pipeline.store.live import live_at
from tests.pipeline.review.browser import Live
from tests.pipeline.review.conftest import PASSWORD, Office
from tests.pipeline.review.test_accounts import invited
from tests.pipeline.review.test_appeals import block, hand_in
from tests.pipeline.review.test_learning import settle_all

expect.set_options(timeout=20_000)

AXE = Path(__file__).parent / "vendor" / "axe.min.js"


def log_in(live: Live, login: str) -> Page:
    """Through the door, as everybody does."""
    page = live.page("", "/login")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", PASSWORD)
    page.fill("input[name=code]", live.office.code(login))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/queue$"))
    return page


def ready(page: Page) -> Page:
    """The page with its scripts in place, and what they fetch at once fetched."""
    page.wait_for_load_state("load")
    expect(page.locator(".htmx-request")).to_have_count(0)
    return page


def listed(live: Live) -> set[Indicator]:
    desk = live.office.desk
    with desk.store.read() as tx:
        found = live_at(tx, cut=last_seq(tx), at=live.office.clock.now)
        return {
            e.indicator
            for e in build(found, protected=desk.protected, at=live.office.clock.now).entries
        }


def test_twenty_items_are_settled_by_keyboard(live: Live) -> None:
    page = log_in(live, "analyst")
    ready(page).keyboard.press("n")
    keys = "bdbwbbadbb" * 2
    for key in keys:
        page.wait_for_url("**/item?*")
        ready(page).keyboard.press(key)
        expect(page.locator("#reason")).to_be_focused()
        before = page.url
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url, before=before: url != before and "/item?" in url)
    with live.office.desk.store.read() as tx:
        made = changed_since(tx, 0)
        assert reviews.count_waiting(tx) == 12
    names = {"b": Action.BLOCK, "d": Action.DISMISS, "w": Action.WATCH, "a": Action.ALLOW}
    assert [d.action for d in made] == [names[key] for key in keys]
    assert {d.actor for d in made} == {"analyst:analyst"}
    assert live.wrongs == []
    assert live.elsewhere() == []


def test_a_decision_is_taken_back_by_one_key(live: Live) -> None:
    page = live.page("analyst", "/next")
    subject = Indicator(Kind.HOST, live.office.sites[0].value)
    ready(page).keyboard.press("b")
    page.keyboard.press("Enter")
    page.wait_for_url("**/item?*done=*")
    ready(page).keyboard.press("u")
    page.wait_for_url("**/item?*task000*")
    with live.office.desk.store.read() as tx:
        head = head_of(tx, subject)
        item = reviews.item_of(tx, subject)
    assert head is not None
    assert head.action is Action.WATCH
    assert item is not None
    assert item.closed_at is None


def test_a_family_is_seen_before_it_is_settled(live: Live) -> None:
    page = live.page("analyst", "/item?subject=host:task000.rebate-0.example")
    ready(page).keyboard.press("f")
    page.wait_for_url("**/family?*")
    ready(page).keyboard.press("a")
    page.keyboard.press("b")
    expect(page.locator("#preview li")).to_have_count(6)
    with live.office.desk.store.read() as tx:
        assert last_seq(tx) == 0
    page.keyboard.press("r")
    page.keyboard.type("one template, one gang")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".flash")).to_contain_text("6 settled")
    assert set(live.office.sites[:6]) <= listed(live)


def test_what_lasts_takes_two_people(live: Live) -> None:
    first = live.page("analyst", "/item?subject=host:task000.rebate-0.example")
    first.select_option("select[name=days]", "3650")
    ready(first).keyboard.press("b")
    first.keyboard.press("Enter")
    expect(first.locator(".flash")).to_contain_text("waits for a second person")
    assert live.office.sites[0] not in listed(live)
    first.goto(live.base + "/proposals")
    assert first.locator("button", has_text="Second the chosen").count() == 0
    second = live.page("senior", "/proposals")
    second.check("input[name=proposal]")
    ready(second).keyboard.press("s")
    expect(second.locator(".empty")).to_be_visible()
    with live.office.desk.store.read() as tx:
        head = head_of(tx, live.office.sites[0])
    assert head is not None
    assert head.actor == "analyst:analyst+senior"
    assert live.office.sites[0] in listed(live)


def test_an_appeal_from_its_form_to_the_unlisted_release(live: Live) -> None:
    site = live.office.sites[0]
    page = live.page("analyst", "/next")
    ready(page).keyboard.press("b")
    page.keyboard.press("Enter")
    page.wait_for_url("**/item?*done=*")
    assert site in listed(live)

    public = live.page("", "/appeal")
    public.fill("input[name=indicator]", f"https://{site.value}/")
    public.fill("textarea[name=statement]", "这是我公司的网站，备案可查。")
    public.fill("input[name=contact]", "owner@shop.example")
    public.click("button.main")
    code = public.inner_text("#code")

    senior = live.page("senior", "/appeals")
    ready(senior).keyboard.press("j")
    senior.keyboard.press("Enter")
    senior.wait_for_url("**/appeals/1")
    ready(senior).keyboard.press("a")
    senior.keyboard.press("r")
    senior.keyboard.type("The filing is genuine.")
    senior.keyboard.press("Enter")
    expect(senior.locator("h1 .tag")).to_have_text("upheld")

    assert site not in listed(live)
    assert len(live.office.decided) == 2
    public.goto(live.base + "/appeal/status")
    public.fill("#code", code)
    public.click("button.main")
    expect(public.locator(".notice")).to_contain_text("The filing is genuine.")


def test_two_analysts_are_given_two_items(live: Live) -> None:
    one, two = live.page("analyst", "/next"), live.page("colleague", "/next")
    assert one.locator("h1").inner_text() != two.locator("h1").inner_text()
    two.goto(one.url)
    expect(ready(two).locator("#lock")).to_contain_text("analyst works on it")


def test_a_view_is_saved_and_the_filter_acts_while_typing(live: Live) -> None:
    page = ready(live.page("analyst", "/queue"))
    page.keyboard.press("/")
    page.keyboard.type("task01")
    expect(page.locator("#rows tbody tr")).to_have_count(10)
    page.fill("#view-name", "tens")
    page.click("text=Save this view")
    expect(page.locator(".view a")).to_have_text("tens")
    page.goto(live.base + "/queue")
    page.click(".view a")
    expect(page.locator("#rows tbody tr")).to_have_count(10)


def test_a_page_is_shown_beside_its_honest_twin(live: Live) -> None:
    page = ready(live.page("analyst", "/item?subject=host:task000.rebate-0.example"))
    page.keyboard.press("c")
    page.fill("#twin-name", "task007.rebate-0.example")
    page.locator(".lazy button").click()
    expect(page.locator(".side-by-side .text")).to_have_count(2)


def test_a_number_is_drawn_against_ordinary_ones(live: Live) -> None:
    page = live.page("analyst", "/item?subject=number:%2B861012345600")
    expect(page.locator(".plots figure.outside")).to_have_count(3)
    expect(page.locator(".plots svg .band")).to_have_count(3)


PAGES = {
    "senior": (
        "/queue",
        "/item?subject=host:task000.rebate-0.example",
        "/item?subject=number:%2B861012345600",
        "/family?subject=host:task000.rebate-0.example",
        "/problems",
        "/proposals",
        "/appeals",
        "/appeals/1",
        "/learning",
        "/learning/look",
        "/figures",
        "/figures/report",
        "/audit",
        "/policy",
        "/own",
    ),
    "admin": ("/accounts",),
    "": ("/appeal", "/appeal/status", "/login", "/enrol"),
}
"""Every page that there is, by who opens it."""


def fill_every_page(office: Office) -> None:
    """A proposal, an appeal, an invitation, and a decision that waits for a second look."""
    client = office.client("analyst")
    csrf = office.csrf(client)
    proposal = {
        "action": "block",
        "reason": "ring",
        "days": "3650",
        "subject": str(office.sites[3]),
    }
    client.post("/item/decide", data={**proposal, "csrf": csrf})
    block(office, office.sites[4])
    hand_in(office, office.sites[4].value)
    invited(office, "zhao", "senior")
    settle_all(office, office.sites[5:6])


@pytest.mark.parametrize(
    ("language", "dark", "width"), [("en", False, 1280), ("zh", True, 1280), ("zh", False, 390)]
)
def test_no_page_has_a_serious_accessibility_fault(
    live: Live, language: str, dark: bool, width: int
) -> None:
    fill_every_page(live.office)
    pages: dict[str, Page] = {}
    faults = []
    for login, path in ((login, path) for login, paths in PAGES.items() for path in paths):
        page = pages.get(login) or live.page(login, path, language=language, dark=dark, width=width)
        if login in pages:
            page.goto(live.base + path)
        pages[login] = page
        ready(page)
        # Through the debugger's door: the policy lets no script of a test into the page.
        page.evaluate(AXE.read_text("utf-8") + "; 0")
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        faults += [
            f"{path}: {v['id']} at {v['nodes'][0]['target']}: {v['nodes'][0]['failureSummary']}"
            for v in found["violations"]
            if v["impact"] in {"serious", "critical"}
        ]
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{path} is {wide} pixels too wide"
    assert faults == []
