"""A question that was asked before is answered quickly, and not a moment longer than it is right."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from blocklists.server.consumers import Role
from tests.blocklists.server.conftest import Desk

FILES = {"domains.txt": b"evil.example\n"}


def asked_twice(desk: Desk, **facts: object) -> Callable[[], int]:
    """A carrier that has the newest file, and how the next request of it is answered."""
    desk.publisher.publish(FILES)
    headers = desk.admit(**facts)
    etag = desk.client.get("/v1/latest/domains.txt", headers=headers).headers["etag"]
    headers["If-None-Match"] = etag

    def ask() -> int:
        return desk.client.get("/v1/latest/domains.txt", headers=headers).status_code

    assert [ask(), ask()] == [304, 304]
    return ask


def test_a_new_release_is_seen_at_once_and_the_same_file_in_it_is_still_the_same(
    desk: Desk,
) -> None:
    ask = asked_twice(desk)
    desk.publisher.publish({**FILES, "more.txt": b""})
    assert ask() == 304
    desk.publisher.publish({"domains.txt": b"other.example\n"})
    assert ask() == 200
    desk.publisher.point_latest(2)
    assert ask() == 304


def test_a_token_that_ends_is_refused_at_once(desk: Desk) -> None:
    ask = asked_twice(desk)
    desk.book.rotate("telecom", now=desk.clock(), grace=timedelta(hours=1))
    assert ask() == 304
    desk.clock.move(hours=1)
    assert ask() == 401


def test_a_revoked_token_is_refused_at_once(desk: Desk) -> None:
    ask = asked_twice(desk)
    desk.book.revoke("telecom", now=desk.clock())
    assert ask() == 401


def test_a_quota_counts_them_too(desk: Desk) -> None:
    ask = asked_twice(desk, requests_per_day=4)
    assert [ask(), ask()] == [304, 429]
    desk.clock.move(days=1)
    assert ask() == 304


def test_each_is_written_down_like_the_first(desk: Desk) -> None:
    ask = asked_twice(desk)
    desk.clock.move(seconds=7)
    ask()
    desk.service.audit.flush()
    (log,) = desk.service.audit.folder.iterdir()
    first, second, third = (json.loads(line) for line in log.read_text().splitlines()[1:])
    assert {**first, "at": ""} == {**second, "at": ""} == {**third, "at": ""}
    assert third["at"] == desk.clock().isoformat()
    regulator = desk.admit("regulator", role=Role.REGULATOR)
    (row,) = desk.client.get("/regulator.json", headers=regulator).json()
    assert (row["fetched_serial"], row["fetched_at"]) == (1, desk.clock().isoformat())


@pytest.mark.parametrize("query", ["token=fanzha_x", "x=1"])
def test_a_query_is_no_repeat(desk: Desk, query: str) -> None:
    ask = asked_twice(desk)
    headers = {"Authorization": f"Bearer {desk.tokens['telecom']}", "If-None-Match": '"x"'}
    answer = desk.client.get(f"/v1/latest/domains.txt?{query}", headers=headers)
    assert answer.status_code == (400 if "token" in query else 200)
    assert ask() == 304
