"""What a carrier meets at the download service: files, conditions, ranges and refusals."""

import gzip
import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
import zstandard

from blocklists.server.audit import AuditLog
from blocklists.server.consumers import Role
from tests.blocklists.server.conftest import Desk
from tests.blocklists.shelves import sha256

NAMES = b"rebate.example\nloan.example\n"
FILES = {"domains.txt": NAMES, "rpz/base.zone": b"$TTL 60\n"}


def test_the_newest_release_is_downloadable_and_says_its_serial(desk: Desk) -> None:
    desk.publisher.publish(FILES)
    answer = desk.client.get("/v1/latest/domains.txt", headers=desk.admit())
    assert (answer.status_code, answer.content) == (200, NAMES)
    assert answer.headers["fanzha-serial"] == "1"
    assert answer.headers["content-location"] == "/v1/releases/1/domains.txt"
    assert answer.headers["etag"] == f'"{sha256(NAMES)}"'
    assert answer.headers["cache-control"] == "private, no-cache"


def test_a_release_stays_downloadable_by_its_serial(desk: Desk) -> None:
    desk.publisher.publish(FILES)
    desk.publisher.publish({"domains.txt": b"other.example\n"})
    carrier = desk.admit()
    old = desk.client.get("/v1/releases/1/domains.txt", headers=carrier)
    assert old.content == NAMES
    assert "immutable" in old.headers["cache-control"]
    listing = desk.client.get("/v1/releases", headers=carrier).json()
    assert listing == {"latest": 2, "serials": [1, 2]}


def test_the_index_and_its_signature_come_as_they_were_signed(desk: Desk) -> None:
    folder = desk.publisher.publish(FILES)
    carrier = desk.admit()
    for name in ("index.json", "index.json.minisig"):
        answer = desk.client.get(f"/v1/latest/{name}", headers=carrier)
        assert answer.content == (folder / name).read_bytes()
        again = {**carrier, "If-None-Match": answer.headers["etag"]}
        assert desk.client.get(f"/v1/latest/{name}", headers=again).status_code == 304


def test_a_release_under_construction_is_not_there_yet(desk: Desk) -> None:
    desk.publisher.publish(FILES)
    desk.publisher.publish({"domains.txt": b"half"})
    desk.publisher.point_latest(1)
    listing = desk.client.get("/v1/releases", headers=desk.admit()).json()
    assert listing == {"latest": 1, "serials": [1]}


def test_before_the_first_release_there_is_a_clear_answer(desk: Desk) -> None:
    answer = desk.client.get("/v1/latest/domains.txt", headers=desk.admit())
    assert answer.status_code == 404
    assert "no release has been published yet" in answer.json()["detail"]


def test_what_the_client_has_is_not_sent_again(desk: Desk) -> None:
    desk.publisher.publish(FILES)
    carrier = desk.admit()
    first = desk.client.get("/v1/latest/domains.txt", headers=carrier)
    for condition in (
        {"If-None-Match": first.headers["etag"]},
        {"If-Modified-Since": first.headers["last-modified"]},
    ):
        answer = desk.client.get("/v1/latest/domains.txt", headers={**carrier, **condition})
        assert (answer.status_code, answer.content) == (304, b"")
    stale = {**carrier, "If-None-Match": '"other"'}
    assert desk.client.get("/v1/latest/domains.txt", headers=stale).status_code == 200


@pytest.mark.parametrize(
    ("coding", "unpack"), [("gzip", gzip.decompress), ("zstd", zstandard.decompress)]
)
def test_a_packed_copy_is_sent_to_who_can_read_it(desk: Desk, coding: str, unpack: object) -> None:
    folder = desk.publisher.publish(FILES)
    suffix = {"gzip": ".gz", "zstd": ".zst"}[coding]
    packed = (folder / f"domains.txt{suffix}").read_bytes()
    carrier = {**desk.admit(), "Accept-Encoding": coding}
    with desk.client.stream("GET", "/v1/latest/domains.txt", headers=carrier) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == coding
    assert answer.headers["vary"] == "accept-encoding"
    assert raw == packed
    as_file = desk.client.get(f"/v1/latest/domains.txt{suffix}", headers=carrier)
    assert as_file.content == packed
    assert "content-encoding" not in as_file.headers


def test_a_missing_packed_copy_falls_back_to_the_plain_one(desk: Desk) -> None:
    folder = desk.publisher.publish(FILES)
    (folder / "domains.txt.zst").unlink()
    carrier = {**desk.admit(), "Accept-Encoding": "zstd"}
    assert desk.client.get("/v1/latest/domains.txt", headers=carrier).content == NAMES


def test_a_damaged_packed_copy_is_not_served(desk: Desk) -> None:
    folder = desk.publisher.publish(FILES)
    carrier = desk.admit()
    copy = folder / "domains.txt.zst"
    copy.write_bytes(copy.read_bytes()[:-1])
    packed = {**carrier, "Accept-Encoding": "zstd"}
    answer = desk.client.get("/v1/latest/domains.txt", headers=packed)
    assert (answer.content, answer.headers.get("content-encoding")) == (NAMES, None)
    assert desk.client.get("/v1/latest/domains.txt.zst", headers=carrier).status_code == 500


def test_a_broken_download_is_taken_up_where_it_stopped(desk: Desk) -> None:
    desk.publisher.publish(FILES)
    carrier = desk.admit()
    etag = f'"{sha256(NAMES)}"'
    rest = {**carrier, "Range": "bytes=10-", "If-Range": etag}
    answer = desk.client.get("/v1/latest/domains.txt", headers=rest)
    assert (answer.status_code, answer.content) == (206, NAMES[10:])
    assert answer.headers["content-range"] == f"bytes 10-{len(NAMES) - 1}/{len(NAMES)}"
    other = {**rest, "If-Range": '"of another release"'}
    assert desk.client.get("/v1/latest/domains.txt", headers=other).content == NAMES
    behind = {**carrier, "Range": "bytes=5000-"}
    assert desk.client.get("/v1/latest/domains.txt", headers=behind).status_code == 416


def test_head_gives_the_headers_alone(desk: Desk) -> None:
    desk.publisher.publish(FILES)
    answer = desk.client.head("/v1/latest/domains.txt", headers=desk.admit())
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(NAMES))


def test_a_link_in_place_of_a_listed_file_is_not_followed(desk: Desk, tmp_path: Path) -> None:
    folder = desk.publisher.publish(FILES)
    (tmp_path / "secret").write_bytes(NAMES)
    (folder / "domains.txt").unlink()
    (folder / "domains.txt").symlink_to(tmp_path / "secret")
    answer = desk.client.get("/v1/latest/domains.txt", headers=desk.admit())
    assert answer.status_code == 500


def test_a_truncated_file_is_not_served(desk: Desk) -> None:
    folder = desk.publisher.publish(FILES)
    (folder / "domains.txt").write_bytes(NAMES[:5])
    answer = desk.client.get("/v1/latest/domains.txt", headers=desk.admit())
    assert answer.status_code == 500
    assert "damaged on our side" in answer.json()["detail"]


def test_an_index_that_names_a_path_outside_is_refused_whole(desk: Desk) -> None:
    folder = desk.publisher.publish(FILES)
    index = json.loads((folder / "index.json").read_bytes())
    index["files"][0]["name"] = "../../secret"
    (folder / "index.json").write_text(json.dumps(index))
    answer = desk.client.get("/v1/latest/domains.txt", headers=desk.admit())
    assert answer.status_code == 404
    assert "cannot be used" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (None, "none came"),
        ("Basic dXNlcjpwYXNz", "another scheme"),
        ("Bearer", "expected a token"),
        ("Bearer fanzha_wrong", "unknown, replaced or revoked"),
        ("Bearer " + "x" * 5000, "expected a token"),
        ("Bearer \xff\xfe", "unknown"),
    ],
)
def test_without_a_live_token_nothing_is_served(
    desk: Desk, header: str | None, reason: str
) -> None:
    desk.publisher.publish(FILES)
    desk.admit()
    headers = {} if header is None else {"Authorization": header.encode("latin-1")}
    answer = desk.client.get("/v1/latest/domains.txt", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert reason in answer.json()["detail"]


def test_a_token_in_a_url_is_refused_even_where_it_is_right(desk: Desk) -> None:
    desk.publisher.publish(FILES)
    carrier = desk.admit()
    for query in (f"?token={desk.tokens['telecom']}", f"?k={desk.tokens['telecom']}"):
        answer = desk.client.get(f"/v1/latest/domains.txt{query}", headers=carrier)
        assert answer.status_code == 400
        assert "never goes into a URL" in answer.json()["detail"]


def test_a_revoked_token_is_refused_by_the_very_next_request(desk: Desk) -> None:
    desk.publisher.publish(FILES)
    carrier = desk.admit()
    assert desk.client.get("/v1/latest/domains.txt", headers=carrier).status_code == 200
    assert desk.book.revoke("telecom", now=desk.clock()) == 1
    assert desk.client.get("/v1/latest/domains.txt", headers=carrier).status_code == 401


def test_a_rotated_token_lives_on_for_its_grace(desk: Desk) -> None:
    desk.publisher.publish(FILES)
    old = desk.admit()
    token = desk.book.rotate("telecom", now=desk.clock(), grace=timedelta(hours=1))
    new = {"Authorization": f"Bearer {token}"}
    for headers, status in ((old, 200), (new, 200)):
        assert desk.client.get("/v1/latest/domains.txt", headers=headers).status_code == status
    desk.clock.move(hours=1)
    for headers, status in ((old, 401), (new, 200)):
        assert desk.client.get("/v1/latest/domains.txt", headers=headers).status_code == status


def test_a_carrier_gets_the_files_of_its_profile_and_pattern(desk: Desk) -> None:
    files = {"domains.txt": NAMES, "warn.zone": b"a\n", "numbers.csv": b"b\n"}
    desk.publisher.publish(files, profiles={"warn.zone": "warning-page"})
    plain = desk.admit("plain")
    warned = desk.admit("warned", profile="warning-page", files=("*.zone",))
    regulator = desk.admit("regulator", role=Role.REGULATOR)

    def status(name: str, headers: dict[str, str]) -> int:
        return desk.client.get(f"/v1/latest/{name}", headers=headers).status_code

    assert [status(name, plain) for name in files] == [200, 404, 200]
    assert [status(name, warned) for name in files] == [404, 200, 404]
    assert [status(name, regulator) for name in files] == [200, 200, 200]


def test_a_used_up_quota_says_until_when_and_ends_with_the_day(desk: Desk) -> None:
    desk.publisher.publish(FILES)
    by_count = desk.admit("count", requests_per_day=2)
    by_size = desk.admit("size", bytes_per_day=len(NAMES))
    for headers, allowed in ((by_count, 2), (by_size, 1)):
        for _ in range(allowed):
            answer = desk.client.get("/v1/latest/domains.txt", headers=headers)
            assert answer.status_code == 200
        answer = desk.client.get("/v1/latest/domains.txt", headers=headers)
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == str(16 * 3600 + 1)
    desk.clock.move(days=1)
    assert desk.client.get("/v1/latest/domains.txt", headers=by_count).status_code == 200


def test_a_file_whose_record_cannot_be_written_is_closed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.publisher.publish(FILES)
    carrier = desk.admit()
    assert desk.client.get("/v1/latest/domains.txt", headers=carrier).status_code == 200

    def full(*_line: object) -> None:
        raise OSError(28, "No space left on device")

    before = len(list(Path("/proc/self/fd").iterdir()))
    monkeypatch.setattr(AuditLog, "write", full)
    with pytest.raises(OSError, match="No space"):
        desk.client.get("/v1/latest/domains.txt", headers=carrier)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_every_download_and_refusal_is_in_the_audit_log_and_no_token_is(desk: Desk) -> None:
    desk.publisher.publish(FILES)
    carrier = desk.admit()
    desk.client.get("/v1/latest/domains.txt", headers=carrier)
    desk.client.get("/v1/latest/nothing", headers=carrier)
    desk.client.get("/v1/latest/domains.txt", headers={"Authorization": "Bearer fanzha_guess"})
    (log,) = desk.service.audit.folder.iterdir()
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(line["consumer"], line["status"]) for line in lines] == [
        ("telecom", 200),
        ("telecom", 404),
        (None, 401),
    ]
    assert lines[0]["file"] == "domains.txt"
    assert (lines[0]["serial"], lines[0]["bytes"]) == (1, len(NAMES))
    assert desk.tokens["telecom"] not in log.read_text()
    assert "fanzha_" not in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600


def test_an_answer_that_hands_nothing_out_is_logged_a_little_later_and_in_order(desk: Desk) -> None:
    desk.publisher.publish(FILES)
    carrier = desk.admit()
    same = {**carrier, "If-None-Match": f'"{sha256(NAMES)}"'}
    for headers in (same, same, carrier, same):
        desk.client.get("/v1/latest/domains.txt", headers=headers)
    desk.service.audit.flush()
    (log,) = desk.service.audit.folder.iterdir()
    statuses = [json.loads(line)["status"] for line in log.read_text().splitlines()]
    assert statuses == [304, 304, 200, 304]


def test_strangers_cannot_fill_the_disk_through_the_audit_log(desk: Desk) -> None:
    desk.publisher.publish(FILES)
    for _ in range(100):
        desk.client.get("/v1/latest/domains.txt")
    desk.clock.move(seconds=1)
    desk.client.get("/v1/latest/domains.txt")
    (log,) = desk.service.audit.folder.iterdir()
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert len(lines) == 21
    assert lines[-1]["left_out_before"] == 80


def test_health_tells_a_stale_release_from_a_fresh_one(desk: Desk) -> None:
    assert desk.client.get("/health").status_code == 503
    desk.publisher.publish(FILES)
    assert desk.client.get("/health").text.startswith("serial 1")
    desk.clock.move(days=2)
    stale = desk.client.get("/health")
    assert (stale.status_code, "expired" in stale.text) == (503, True)


def test_tokens_are_hashed_at_rest_in_a_private_file(desk: Desk) -> None:
    desk.admit()
    folder = desk.book.path.parent
    for path in folder.iterdir():
        if path.name.startswith("consumers.db"):
            assert desk.tokens["telecom"].encode() not in path.read_bytes()
            assert path.stat().st_mode & 0o077 == 0
    assert os.path.exists(desk.book.path)  # noqa: PTH110
