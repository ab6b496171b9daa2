"""Receipts, the regulator's page, and the public question why."""

import base64
import csv
import io
import json
import os
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from blocklists.server.consumers import Role
from blocklists.server.rates import Rates
from pipeline.appeal_code import appeal_code
from tests.blocklists.decided import NOW, block
from tests.blocklists.published import Published
from tests.blocklists.server.conftest import Desk

EVIL = block("domain:evil.example")
SHOP = block("host:shop.example")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two releases, five minutes apart; the second lifts the shop."""
    home = Published(tmp_path_factory.mktemp("home"))
    home.publish(EVIL, SHOP)
    home.publish(EVIL, at=NOW + timedelta(minutes=5))
    return home.folder


@pytest.fixture
def home(desk: Desk, written: Path) -> Path:
    """A copy of them on the shelf of the service, a minute after the second."""
    desk.clock.at = NOW + timedelta(minutes=6)
    folder = desk.service.shelf.folder
    shutil.copytree(written, folder, symlinks=True, copy_function=os.link)
    return folder


def receipt(desk: Desk, serial: int, **changes: Any) -> dict[str, Any]:
    sha256 = desk.service.shelf.release(serial).sha256
    return {
        "serial": serial,
        "sha256": sha256,
        "enforced": 2,
        "at": desk.clock().isoformat(),
        **changes,
    }


def test_receipts_and_standing_are_within_the_quota(desk: Desk, home: Path) -> None:
    carrier = desk.admit("telecom", requests_per_day=3)
    sent = receipt(desk, 1)
    assert desk.client.post("/v1/receipts", json=sent, headers=carrier).status_code == 201
    assert desk.client.get("/v1/receipts", headers=carrier).status_code == 200
    assert desk.client.get("/v1/standing", headers=carrier).status_code == 200
    for path in ("/v1/receipts", "/v1/standing", "/v1/latest/domains.txt"):
        answer = desk.client.get(path, headers=carrier)
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) > 0
    assert desk.client.post("/v1/receipts", json=sent, headers=carrier).status_code == 429


def test_a_receipt_is_kept_and_shown_to_its_sender_alone(desk: Desk, home: Path) -> None:
    carrier, other = desk.admit("telecom"), desk.admit("unicom")
    sent = receipt(desk, 1)
    for _ in range(2):
        answer = desk.client.post("/v1/receipts", json=sent, headers=carrier)
        assert answer.status_code == 201
    (kept,) = desk.client.get("/v1/receipts", headers=carrier).json()
    assert kept == {**sent, "received_at": desk.clock().isoformat(), "ours": True}
    assert desk.client.get("/v1/receipts", headers=other).json() == []


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        ({"serial": 3}, 422, "has not been published"),
        ({"serial": "1"}, 422, "expected {"),
        ({"serial": True}, 422, "expected {"),
        ({"enforced": -1}, 422, "expected {"),
        ({"sha256": "ab"}, 422, "expected {"),
        ({"at": "yesterday"}, 422, "expected {"),
        ({"at": "2026-11-21T12:00:00"}, 422, "without zone"),
        ({"at": "2027-01-01T00:00:00+00:00"}, 422, "in the future"),
        ({"sha256": "0" * 64}, 409, "your copy comes from elsewhere"),
        ({"more": "x" * 5000}, 413, "at most 4096 bytes"),
    ],
)
def test_a_receipt_that_cannot_be_is_refused(
    desk: Desk, home: Path, changes: dict[str, Any], status: int, reason: str
) -> None:
    sent = receipt(desk, 1) | changes
    answer = desk.client.post("/v1/receipts", json=sent, headers=desk.admit())
    assert answer.status_code == status
    assert reason in answer.json()["detail"]


def test_a_receipt_needs_a_token(desk: Desk, home: Path) -> None:
    answer = desk.client.post("/v1/receipts", json=receipt(desk, 1))
    assert answer.status_code == 401


def standing(desk: Desk, headers: dict[str, str]) -> dict[str, dict[str, Any]]:
    answer = desk.client.get("/regulator.json", headers=headers)
    assert answer.status_code == 200, answer.text
    return {row["consumer"]: row for row in answer.json()}


def test_the_regulator_sees_who_lags_and_who_still_enforces_what_was_removed(
    desk: Desk, home: Path
) -> None:
    quick, slow, silent = (desk.admit(name) for name in ("quick", "slow", "silent"))
    regulator = desk.admit("regulator", role=Role.REGULATOR)
    desk.client.get("/v1/latest/domains.txt", headers=silent)
    for headers, serial in ((quick, 2), (slow, 1)):
        desk.client.post("/v1/receipts", json=receipt(desk, serial), headers=headers)
    rows = standing(desk, regulator)
    assert list(rows) == ["quick", "silent", "slow"]
    assert (rows["quick"]["behind"], rows["quick"]["lag"]) == (0, 0.0)
    assert rows["quick"]["still_enforced"] == 0
    assert (rows["slow"]["behind"], rows["slow"]["lag"]) == (1, 60.0)
    assert (rows["slow"]["still_enforced"], rows["slow"]["enforced_entries"]) == (1, 2)
    assert rows["silent"]["enforced_at"] is None
    assert rows["silent"]["fetched_serial"] == 2
    path = "/regulator/removed?consumer=slow"
    removed = desk.client.get(path, headers=regulator).json()
    assert removed == [{"kind": "host", "value": "shop.example"}]
    own = desk.client.get("/v1/standing", headers=slow).json()
    assert own == rows["slow"]


def test_a_receipt_that_is_dated_back_counts_from_when_it_came(desk: Desk, home: Path) -> None:
    carrier, regulator = desk.admit(), desk.admit("regulator", role=Role.REGULATOR)
    claimed = (desk.clock() - timedelta(hours=5)).isoformat()
    desk.client.post("/v1/receipts", json=receipt(desk, 2, at=claimed), headers=carrier)
    row = standing(desk, regulator)["telecom"]
    assert (row["enforced_at"], row["claimed_at"]) == (desk.clock().isoformat(), claimed)
    desk.admit("silent")
    page = desk.client.get("/regulator", headers=regulator).text
    assert "claims" in page
    assert "no receipt ever" in page


def test_a_copy_that_is_not_ours_is_seen(desk: Desk, home: Path) -> None:
    carrier, regulator = desk.admit(), desk.admit("regulator", role=Role.REGULATOR)
    desk.client.post("/v1/receipts", json=receipt(desk, 2, sha256="0" * 64), headers=carrier)
    assert standing(desk, regulator)["telecom"]["ours"] is False
    page = desk.client.get("/regulator", headers=regulator).text
    assert "not what we published" in page


def test_how_much_is_still_enforced_is_unknown_once_the_deltas_are_gone(
    desk: Desk, home: Path
) -> None:
    carrier, regulator = desk.admit(), desk.admit("regulator", role=Role.REGULATOR)
    desk.client.post("/v1/receipts", json=receipt(desk, 1), headers=carrier)
    (home / "2" / "entries.jsonl.delta").unlink()
    row = standing(desk, regulator)["telecom"]
    assert (row["behind"], row["still_enforced"]) == (1, None)


def test_the_same_as_csv_and_as_a_page_for_a_browser(desk: Desk, home: Path) -> None:
    carrier = desk.admit("telecom", title="电信 <Telecom>")
    desk.client.post("/v1/receipts", json=receipt(desk, 1), headers=carrier)
    desk.admit("regulator", role=Role.REGULATOR)
    password = base64.b64encode(f"me:{desk.tokens['regulator']}".encode()).decode()
    browser = {"Authorization": f"Basic {password}"}
    (row,) = csv.DictReader(io.StringIO(desk.client.get("/regulator.csv", headers=browser).text))
    assert (row["consumer"], row["behind"], row["still_enforced"]) == ("telecom", "1", "1")
    page = desk.client.get("/regulator", headers=browser)
    assert "电信 &lt;Telecom&gt;" in page.text
    assert 'href="/regulator/removed?consumer=telecom"' in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_only_a_regulator_sees_everybody(desk: Desk, home: Path) -> None:
    carrier = desk.admit()
    for path in ("/regulator", "/regulator.csv", "/regulator.json", "/regulator/removed"):
        stranger = desk.client.get(path)
        assert stranger.status_code == 401
        assert stranger.headers["www-authenticate"].startswith("Basic")
        assert desk.client.get(path, headers=carrier).status_code == 403


def test_looking_is_in_the_audit_log_too(desk: Desk, home: Path) -> None:
    regulator = desk.admit("regulator", role=Role.REGULATOR)
    desk.client.get("/regulator.csv", headers=regulator)
    desk.client.get("/why?q=evil.example")
    (log,) = desk.service.audit.folder.iterdir()
    (line,) = [json.loads(line) for line in log.read_text().splitlines()]
    assert (line["consumer"], line["path"]) == ("regulator", "/regulator.csv")


def test_anybody_may_ask_why_and_gets_scope_category_time_and_appeal_code(
    desk: Desk, home: Path
) -> None:
    page = desk.client.get("/why", params={"q": "www.evil.example"})
    assert page.status_code == 200
    for text in (
        "evil.example",
        "域名及其全部子域名",
        "虚假贷款",
        "fake loan",
        "2026-11-21 11:00 UTC",
        appeal_code(EVIL.id),
        "96110",
        "release 2",
    ):
        assert text in page.text
    assert "<script" not in page.text


def test_why_answers_machines_in_json(desk: Desk, home: Path) -> None:
    value = desk.client.get("/why.json", params={"q": "evil.example"}).json()
    assert value["listed"] is True
    assert value["entry"]["scope"] == "domain"
    assert value["entry"]["appeal_code"] == appeal_code(EVIL.id)
    accepting = {"Accept": "application/json"}
    lifted = desk.client.get("/why", params={"q": "shop.example"}, headers=accepting).json()
    assert (lifted["listed"], lifted["entry"]) == (False, None)


def test_why_links_to_the_appeal_form(desk: Desk, home: Path) -> None:
    url = "https://desk.example/appeal?indicator={name}&code={code}"
    object.__setattr__(desk.service, "appeal_url", url)
    value = desk.client.get("/why.json", params={"q": "https://evil.example/a&b"}).json()
    assert value["appeal_url"] == (
        "https://desk.example/appeal?indicator=https%3A%2F%2Fevil.example%2Fa%26b"
        f"&code={appeal_code(EVIL.id)}"
    )
    assert "Appeal online" in desk.client.get("/why", params={"q": "evil.example"}).text


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "not a name", "com", "a" * 5000])
def test_nonsense_is_answered_without_being_echoed_raw(desk: Desk, home: Path, text: str) -> None:
    page = desk.client.get("/why", params={"q": text})
    assert page.status_code == 422
    assert "<script" not in page.text
    assert desk.client.get("/why.json", params={"q": text}).json()["error"]


def test_the_empty_form_is_a_page_and_no_answer_for_machines(desk: Desk, home: Path) -> None:
    assert desk.client.get("/why").status_code == 200
    assert desk.client.get("/why.json").status_code == 422


def test_before_the_first_release_why_says_so(desk: Desk) -> None:
    assert desk.client.get("/why", params={"q": "evil.example"}).status_code == 503


def test_one_address_cannot_ask_without_end(desk: Desk, home: Path) -> None:
    answers = [desk.client.get("/why").status_code for _ in range(25)]
    assert answers[:20] == [200] * 20
    assert 429 in answers[20:]


def test_a_rate_refills_with_time_and_each_address_has_its_own() -> None:
    rates = Rates(burst=2, per_minute=60)
    assert [rates.allow("a", at=0) for _ in range(3)] == [True, True, False]
    assert rates.allow("b", at=0)
    assert rates.allow("a", at=1)
    assert not rates.allow("a", at=1)


def test_what_is_not_there_is_404_and_other_methods_are_refused(desk: Desk) -> None:
    assert desk.client.get("/nothing").status_code == 404
    assert desk.client.post("/v1/latest/domains.txt", headers=desk.admit()).status_code in (
        404,
        405,
    )
    assert desk.client.delete("/v1/receipts").status_code == 405
