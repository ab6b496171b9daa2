"""Every route of the console, so that none can be forgotten: who is let in, and who is not."""

import re
from collections.abc import Iterator

import pytest
from starlette.routing import Route

from pipeline.review.console.app import DESK, PUBLIC, build
from pipeline.review.console.gate import COOKIE, Rule
from pipeline.review.rights import RIGHTS, Role
from pipeline.store.decisions import head_of, last_seq
from tests.pipeline.review.conftest import Office

OPEN_TO_ALL = {
    ("GET", "/static/{name}"),
    ("GET", "/health"),
    ("GET", "/language"),
    ("GET", "/appeal"),
    ("POST", "/appeal"),
    ("GET", "/appeal/status"),
    ("POST", "/appeal/status"),
    ("POST", "/api/appeals"),
    ("POST", "/api/appeals/status"),
    ("GET", "/login"),
    ("POST", "/login"),
    ("GET", "/enrol"),
    ("POST", "/enrol"),
    ("POST", "/enrol/finish"),
}
"""What nobody has to log in for: written down here, so that adding to it is a choice."""

GUARDED = [rule for rule in DESK if rule.right is not None]


def name(rule: Rule) -> str:
    return f"{rule.method} {rule.path}"


def address(rule: Rule) -> str:
    return re.sub(r"\{name\}", "reports", re.sub(r"\{number:int\}", "1", rule.path))


def routes(office: Office) -> Iterator[tuple[str, str]]:
    for route in build(office.desk).routes:
        assert isinstance(route, Route)
        yield from ((m, route.path) for m in route.methods or () if m != "HEAD")


def test_every_route_is_behind_the_gate_or_known_to_be_open(office: Office) -> None:
    served = set(routes(office))
    assert served == {(r.method, r.path) for r in (*PUBLIC, *DESK)}
    assert {(r.method, r.path) for r in (*PUBLIC, *DESK) if r.right is None} == OPEN_TO_ALL
    assert len(GUARDED) > 30


@pytest.mark.parametrize("rule", GUARDED, ids=name)
def test_without_a_login_nothing_is_shown_and_nothing_done(office: Office, rule: Rule) -> None:
    client = office.client()
    for cookie in ("", "invented"):
        if cookie:
            client.cookies.set(COOKIE, cookie)
        answer = client.request(rule.method, address(rule))
        expected = 303 if rule.method == "GET" else 401
        assert answer.status_code == expected
        assert expected != 303 or answer.headers["location"] == "/login"


@pytest.mark.parametrize("rule", GUARDED, ids=name)
def test_an_expired_session_is_no_session(office: Office, rule: Rule) -> None:
    client = office.client("senior")
    token = office.csrf(client)
    office.clock.pass_by(minutes=office.desk.settings.desk.session_minutes, seconds=1)
    answer = client.request(rule.method, address(rule), headers={"x-csrf-token": token})
    assert answer.status_code == (303 if rule.method == "GET" else 401)


@pytest.mark.parametrize("rule", GUARDED, ids=name)
def test_a_role_without_the_right_is_refused(office: Office, rule: Rule) -> None:
    refused = [role for role in Role if rule.right not in RIGHTS[role]]
    allowed = [role for role in Role if rule.right in RIGHTS[role]]
    assert allowed
    for role in refused:
        client = office.client(role.value)
        headers = {"x-csrf-token": office.csrf(client)}
        answer = client.request(rule.method, address(rule), headers=headers)
        assert answer.status_code == 403
    for role in allowed[:1]:
        client = office.client(role.value)
        headers = {"x-csrf-token": office.csrf(client)}
        answer = client.request(rule.method, address(rule), headers=headers)
        assert answer.status_code not in {401, 403, 500}
        assert answer.headers.get("location") != "/login" or rule.path == "/logout"


@pytest.mark.parametrize("rule", [r for r in GUARDED if r.method == "POST"], ids=name)
def test_a_change_needs_the_token_of_its_session(office: Office, rule: Rule) -> None:
    role = next(role for role in Role if rule.right in RIGHTS[role])
    client, other = office.client(role.value), office.client(role.value)
    for headers in (
        {},
        {"x-csrf-token": "0" * 64},
        {"x-csrf-token": office.csrf(other)},
        {"x-csrf-token": office.csrf(client), "sec-fetch-site": "cross-site"},
        {"x-csrf-token": office.csrf(client), "origin": "https://evil.example"},
    ):
        assert client.post(address(rule), headers=headers).status_code == 403


@pytest.mark.parametrize("path", ["/queue", "/appeal", "/static/desk.css", "/nowhere", "/health"])
def test_every_answer_carries_the_same_policy(office: Office, path: str) -> None:
    headers = office.client("analyst").get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(office: Office) -> None:
    client = office.client()
    form = {
        "login": "analyst",
        "password": "willow lantern ferry",
        "code": office.code("analyst"),
    }
    answer = client.post("/login", data=form)
    assert answer.headers["location"] == "/queue"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert client.get("/queue").status_code == 200
    token = client.cookies[COOKIE]
    assert client.post("/logout", data={"csrf": office.csrf(client)}).status_code == 303
    client.cookies.set(COOKIE, token)
    assert client.get("/queue").status_code == 303


def test_failed_logins_are_slowed_down(office: Office) -> None:
    client = office.client()
    form = {"login": "analyst", "password": "wrong", "code": "000000"}
    codes = [client.post("/login", data=form).status_code for _ in range(7)]
    assert codes == [401] * 5 + [429] * 2


def test_a_public_console_serves_appeals_and_no_desk(office: Office) -> None:
    served = {r.path for r in build(office.desk, desk_pages=False).routes if isinstance(r, Route)}
    assert "/appeal" in served
    assert not served & {"/login", "/queue", "/item", "/accounts", "/enrol", "/own"}


def test_what_no_browser_sends_is_refused_and_no_fault(office: Office) -> None:
    client = office.client("analyst")
    subject = str(office.sites[0])
    block = {"subject": subject, "target": subject, "action": "block", "reason": "fraud"}
    token = {"csrf": office.csrf(client)}
    assert client.post("/item/decide", data={**block, "csrf": "ключ"}).status_code == 403
    assert client.get("/figures?month=9999-12").status_code == 200
    assert client.get(f"/appeals/{'9' * 5000}").status_code == 404
    endless = {**block, **token, "days": "9" * 5000}
    assert client.post("/item/decide", data=endless).status_code == 303
    with office.desk.store.read() as tx:
        made = head_of(tx, office.sites[0])
    assert made is not None
    assert made.expires_at is not None
    assert (made.expires_at - office.clock.now).days == office.desk.policy.expiry.analyst_block_days


@pytest.mark.parametrize("back", ["//evil.example/", "https://evil.example", "/\\evil.example"])
def test_choosing_a_language_leads_nowhere_else(office: Office, back: str) -> None:
    answer = office.client().get("/language", params={"to": "en", "back": back})
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize(
    "subject",
    ["url:garbage", "url:http://", "call him today", "", "host:", "host:a b", "host:..", "number:abc",
     "domain:x", "host:x.example/a", "url:HTTP://x.example", "host:" + "a" * 300, "file:///etc/passwd"],
)  # fmt: skip
def test_what_names_nothing_is_told_so_and_decides_nothing(office: Office, subject: str) -> None:
    client = office.client("analyst")
    form = {"csrf": office.csrf(client), "subject": subject, "action": "block", "reason": "x"}
    for path in ("/item/decide", "/item/lock", "/family/preview", "/family/settle"):
        answer = client.post(path, data={**form, "member": subject})
        assert (answer.status_code, "neither an address" in answer.text) == (400, True), path
    for path in (
        "/item",
        "/item/blast",
        "/item/twin",
        "/item/calls",
        "/item/screenshot",
        "/family",
    ):
        assert client.get(path, params={"subject": subject, "target": subject}).status_code == 400
    with office.desk.store.read() as tx:
        assert last_seq(tx) == 0


def test_no_field_holds_what_a_database_does_not_take(office: Office) -> None:
    client = office.client("analyst")
    assert client.get("/queue", params={"text": "a\0b"}).status_code == 200
    form = {"csrf": office.csrf(client), "subject": str(office.sites[0]), "action": "watch"}
    assert client.post("/item/decide", data={**form, "reason": "x\0y"}).status_code == 303
    with office.desk.store.read() as tx:
        assert head_of(tx, office.sites[0]).reason == "xy"  # type: ignore[union-attr]
    assert client.get("/appeals/99999999999999999999").status_code == 404


def test_a_large_request_is_refused(office: Office) -> None:
    client = office.client("analyst")
    answer = client.post(
        "/item/decide", data={"reason": "x" * 300_000, "csrf": office.csrf(client)}
    )
    assert answer.status_code == 413
