"""Every page answers, in both languages; nothing hostile comes through the templates."""

import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import pytest

from pipeline.nouns import Indicator, Json, Kind
from pipeline.review.told import PartOfPoints, Points
from pipeline.store import audit
from pipeline.store.observations import add_observations
from pipeline.store.problems import Problem, record_problems
from tests.pipeline.review.conftest import Office
from tests.pipeline.review.seed import observe, page

NUMBER = Indicator(Kind.NUMBER, "+861012345600")
PAGES = (
    "/queue",
    "/queue?kind=host&category=gambling&order=unsure",
    "/queue?text=task0&page=1",
    "/item?subject=host:task000.rebate-0.example",
    "/item?subject=number:%2B861012345600",
    "/item/blast?subject=host:task000.rebate-0.example&target=domain:rebate-0.example",
    "/item/twin?subject=host:task000.rebate-0.example",
    "/item/calls?subject=number:%2B861012345600",
    "/family?subject=host:task000.rebate-0.example",
    "/proposals",
    "/appeals",
    "/learning",
    "/learning/look",
    "/figures",
    "/figures/report",
    "/problems",
    "/problems/models",
    "/item/points?subject=number:%2B861012345600",
    "/policy",
    "/audit?verify=1",
    "/appeal",
    "/appeal/status",
)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_answers_in_both_languages(office: Office, path: str, language: str) -> None:
    client = office.client("senior")
    client.cookies.set("fanzha_language", language)
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    assert "%(" not in answer.text
    assert 'style="' not in answer.text
    assert "<script>" not in answer.text


def test_a_screenshot_is_shown_as_a_picture_and_nothing_else(office: Office) -> None:
    client = office.client("analyst")
    shown = client.get("/item/screenshot", params={"subject": str(office.sites[0])})
    assert shown.headers["content-type"] == "image/png"
    assert shown.content.startswith(b"\x89PNG")
    none = client.get("/item/screenshot", params={"subject": str(office.sites[1])})
    assert none.status_code == 404
    assert "/item/screenshot" in client.get(f"/item?subject={office.sites[0]}").text
    assert "/item/screenshot" not in client.get(f"/item?subject={office.sites[1]}").text


def test_where_else_a_page_may_lead_is_shown_with_what_it_says_there(office: Office) -> None:
    site, now = office.sites[0], office.clock.now
    beside: list[Json] = [
        {"kind": "iframe", "url": "http://loan.example/in", "page": page("loan.example") | {"text": "先交保证金"}},
        {"kind": "meta", "url": "http://gone.example/", "page": None},
    ]  # fmt: skip
    with office.desk.store.write() as tx:
        add_observations(
            tx,
            [
                observe(site, "page.beside", beside, now),
                observe(site, "page.unrendered", "no-browser", now),
            ],
        )
    shown = office.client("analyst").get(f"/item?subject={site}").text
    assert "hxxp://loan[.]example/in" in shown
    assert "先交保证金" in shown
    assert "Nothing could be read there." in shown
    assert "no browser is installed here" in shown
    other = office.client("analyst").get(f"/item?subject={office.sites[1]}").text
    assert "Where else it may lead" not in other
    assert "no browser is installed here" not in other


def test_what_nobody_answered_is_shown_as_not_known(office: Office) -> None:
    client = office.client("analyst")
    client.cookies.set("fanzha_language", "en")
    shown = client.get(f"/item?subject={office.sites[0]}").text
    assert re.search(r"<dt>txt</dt>\s*<dd><bdi>not known</bdi>", shown)
    assert "<dt>mx</dt>" not in shown


def test_a_family_is_settled_as_its_preview_showed_it(office: Office) -> None:
    client = office.client("analyst")
    one, two = map(str, office.sites[:2])
    form = {"csrf": office.csrf(client), "subject": one, "member": [one, two], "reason": "a gang"}
    shown = client.post("/family/preview", data={**form, "action": "block"}).text
    seen = dict(re.findall(r'name="(seen:[^"]+)" value="([^"]*)"', shown))
    assert seen == {f"seen:block:{one}": "", f"seen:block:{two}": ""}
    blind = client.post("/family/settle", data={**form, "action": "block"})
    assert blind.text.count("not shown") == 2
    other = client.post("/family/settle", data={**form, **seen, "action": "dismiss"})
    assert other.text.count("not shown") == 2
    done = client.post("/family/settle", data={**form, **seen, "action": "block"})
    assert "settled=2" in done.headers["location"]
    again = client.post("/family/settle", data={**form, **seen, "action": "block"})
    assert again.text.count("somebody else decided meanwhile") == 2


def test_what_stands_in_the_way_is_shown_and_what_the_models_cannot_promise(
    office: Office,
) -> None:
    now = office.clock.now
    held = Problem("release", "held", None, "等待审批", "waits for <b>a senior</b>", now, now)
    refused = replace(held, subject=str(office.sites[0]), rule="protected", en="is protected")
    with office.desk.store.write() as tx:
        record_problems(tx, [held, refused], at=now)
    office.desk = replace(office.desk, promises=lambda: ["sites: asked for more than it can"])
    client = office.client("auditor")
    page = client.get("/problems").text
    assert "waits for &lt;b&gt;a senior" in page
    assert f"/item?subject={quote(str(office.sites[0]), safe='')}" in page
    assert "asked for more than it can" in client.get("/problems/models").text
    with office.desk.store.write() as tx:
        record_problems(tx, [], at=now + timedelta(minutes=1))
    assert "Nothing stands in the way" in client.get("/problems").text


def test_the_points_of_a_number_stand_beside_its_verdict(office: Office) -> None:
    part = PartOfPoints("夜间呼出", "calls at night", "law §1", 40.0)
    told = Points(
        "north", 42.5, "高风险", "high", "suspend until verified", (part,), office.clock.now
    )
    office.desk = replace(office.desk, points=lambda number: [told] if number == NUMBER else [])
    client = office.client("analyst")
    subject = quote(str(NUMBER))
    assert "/item/points?subject=" in client.get(f"/item?subject={subject}").text
    page = client.get(f"/item/points?subject={subject}").text
    for shown in ("42.5", "high", "suspend until verified", "calls at night", "law §1", "north"):
        assert shown in page
    other = client.get(f"/item/points?subject={office.sites[0]}").text
    assert "No carrier has given it points." in other
    # Who saw a subscriber's points stands in the audit; of others there is nothing to record.
    with office.desk.store.read() as tx:
        (seen,) = audit.newest(tx, limit=9, act="number.read")
    assert (seen.actor, seen.subject) == ("analyst", str(NUMBER))
    assert seen.detail["carrier"] == "north"
    client.cookies.set("fanzha_language", "zh")
    assert "暂停服务直至核验" in client.get(f"/item/points?subject={subject}").text


def test_what_was_skipped_is_not_handed_out_again_after_a_decision(office: Office) -> None:
    client = office.client("analyst")

    def at(location: str) -> tuple[str, dict[str, str]]:
        page = client.get(location).text
        fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page))
        skip = re.search(r'href="(/next[^"]+)" data-key="n"', page)
        assert skip is not None
        return skip.group(1).replace("&amp;", "&"), fields

    skip, first = at(client.get("/next").headers["location"])
    # The lock of who skipped it is still theirs, and does not keep it from them.
    _, second = at(client.get(skip).headers["location"])
    done = client.post("/item/decide", data={**second, "action": "dismiss", "reason": "honest"})
    assert done.status_code == 303
    _, third = at(client.get(done.headers["location"]).headers["location"])
    assert len({form["subject"] for form in (first, second, third)}) == 3
