"""Every page answers, in both languages; nothing hostile comes through the templates."""

import re

import pytest

from tests.pipeline.review.conftest import Office

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
