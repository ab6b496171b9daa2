"""Accounts: an admin invites, the owner alone chooses the password and sees the secret."""

import re

import pyotp
import pytest
from starlette.testclient import TestClient

from pipeline.review.accounts import InvitationRefusedError, open_invitation
from pipeline.store.accounts import account_of
from tests.pipeline.review.conftest import PASSWORD, Office

NEW = "another long password"


def invited(office: Office, login: str, role: str = "") -> str:
    """The code of an invitation, as the admin reads it."""
    admin = office.client("admin")
    path = "/accounts/add" if role else "/accounts/invite"
    page = admin.post(path, data={"csrf": office.csrf(admin), "login": login, "role": role})
    assert page.status_code == 200, page.text
    assert "otpauth" not in page.text
    assert "<svg" not in page.text
    return re.findall(r'class="code">([2-9A-Z-]{14})<', page.text)[0]


def secret_on(page: str) -> str:
    return re.findall(r'class="code">([A-Z2-7]{32})<', page)[0]


def take_up(
    office: Office, login: str, invitation: str, **more: str
) -> tuple[TestClient, int, str]:
    """Set an account up with a code; gives the browser, the status and the secret."""
    client = office.client()
    page = client.post("/enrol", data={"login": login, "invitation": invitation.lower()})
    assert page.status_code == 200, page.text
    secret = secret_on(page.text)
    form = {
        "login": login,
        "invitation": invitation,
        "password": NEW,
        "again": NEW,
        "code": pyotp.TOTP(secret).at(office.clock.now),
    }
    return client, client.post("/enrol/finish", data={**form, **more}).status_code, secret


def lets_in(office: Office, login: str, password: str, secret: str) -> bool:
    office.clock.pass_by(seconds=30)
    code = pyotp.TOTP(secret).at(office.clock.now)
    form = {"login": login, "password": password, "code": code}
    return office.client().post("/login", data=form).status_code == 303


def test_a_new_colleague_sets_the_account_up_and_nobody_else_could(office: Office) -> None:
    code = invited(office, "zhao", "senior")
    assert not lets_in(office, "zhao", "", "A" * 32)
    _, status, secret = take_up(office, "zhao", code)
    assert status == 200
    assert lets_in(office, "zhao", NEW, secret)
    again = office.client().post("/enrol", data={"login": "zhao", "invitation": code})
    assert again.status_code == 401
    log = office.client("auditor").get("/audit").text
    for words in ("invited", "set up the account"):
        assert words in log


def test_until_the_code_is_used_what_held_before_holds(office: Office) -> None:
    code = invited(office, "colleague")
    assert lets_in(office, "colleague", PASSWORD, office.secrets["colleague"])
    _, status, secret = take_up(office, "colleague", code)
    assert status == 200
    assert not lets_in(office, "colleague", PASSWORD, office.secrets["colleague"])
    assert lets_in(office, "colleague", NEW, secret)


def test_taking_an_invitation_up_ends_the_accounts_sessions(office: Office) -> None:
    before = office.client("colleague")
    assert before.get("/queue").status_code == 200
    take_up(office, "colleague", invited(office, "colleague"))
    assert before.get("/queue").status_code == 303


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "000000"},
        {"password": "short", "again": "short"},
        {"again": "something else"},
        {"password": "the colleague's own", "again": "the colleague's own"},
    ],
)
def test_a_slip_of_the_owner_does_not_cost_the_invitation(
    office: Office, wrong: dict[str, str]
) -> None:
    code = invited(office, "colleague")
    assert take_up(office, "colleague", code, **wrong)[1] == 422
    assert take_up(office, "colleague", code)[1] == 200


def test_an_invitation_ends_by_its_time_by_another_and_with_the_account(office: Office) -> None:
    desk, client = office.desk, office.client()

    def opens(code: str) -> bool:
        with desk.store.read() as tx:
            try:
                open_invitation(tx, "colleague", code, keys=desk.keys, now=office.clock.now)
            except InvitationRefusedError:
                return False
            return True

    first, second = invited(office, "colleague"), invited(office, "colleague")
    assert [opens(first), opens(second)] == [False, True]
    office.clock.pass_by(hours=desk.settings.desk.invitation_hours, seconds=1)
    assert not opens(second)
    third = invited(office, "colleague")
    admin = office.client("admin")
    admin.post("/accounts/close", data={"csrf": office.csrf(admin), "login": "colleague"})
    assert not opens(third)
    assert (
        client.post("/enrol", data={"login": "colleague", "invitation": third}).status_code == 401
    )


def test_codes_are_not_guessed_for_long(office: Office) -> None:
    client = office.client()
    form = {"login": "colleague", "invitation": "AAAA-BBBB-CCCC"}
    codes = [client.post("/enrol", data=form).status_code for _ in range(7)]
    assert codes == [401] * 5 + [429] * 2


def proof(office: Office) -> dict[str, str]:
    return {"password": PASSWORD, "code": office.code("analyst")}


def test_one_changes_ones_own_password_with_the_old_one_and_a_code(office: Office) -> None:
    client = office.client("analyst")
    csrf = office.csrf(client)
    new = {"csrf": csrf, "new": NEW, "again": NEW}
    wrong = {**proof(office), **new, "password": "something else"}
    assert client.post("/own/password", data=wrong).status_code == 422
    assert (
        client.post("/own/password", data={**proof(office), **new, "again": "x"}).status_code == 422
    )
    assert client.post("/own/password", data={**proof(office), **new}).status_code == 303
    assert client.get("/queue").status_code == 303
    assert not lets_in(office, "analyst", PASSWORD, office.secrets["analyst"])
    assert lets_in(office, "analyst", NEW, office.secrets["analyst"])


def test_one_changes_ones_own_authenticator_and_the_password_stays(office: Office) -> None:
    client = office.client("analyst")
    page = client.post("/own/secret", data={**proof(office), "csrf": office.csrf(client)})
    assert page.status_code == 200, page.text
    secret = secret_on(page.text)
    invitation = re.findall(r'name="invitation" value="([^"]+)"', page.text)[0]
    assert 'name="password"' not in page.text
    form = {
        "login": "analyst",
        "invitation": invitation,
        "code": pyotp.TOTP(secret).at(office.clock.now),
    }
    assert client.post("/enrol/finish", data=form).status_code == 200
    assert not lets_in(office, "analyst", PASSWORD, office.secrets["analyst"])
    assert lets_in(office, "analyst", PASSWORD, secret)


def test_the_store_knows_no_code_and_no_secret_of_an_invitation(office: Office) -> None:
    code = invited(office, "colleague")
    office.desk.store.close()
    raw = b"".join(p.read_bytes() for p in office.desk.settings.home.glob("fanzha.db*"))
    assert code.encode() not in raw
    assert code.replace("-", "").encode() not in raw
    with office.desk.store.read() as tx:
        account = account_of(tx, "colleague")
    assert account is not None
    assert account.password.startswith("$argon2id$")
