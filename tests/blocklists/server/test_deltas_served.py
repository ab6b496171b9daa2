"""Deltas from the service: one step, many steps, and the answers where there is none."""

import gzip
import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
import zstandard

from blocklists import delta
from blocklists.server.consumers import Consumer, ConsumerBook, Role
from blocklists.server.removals import removed_between
from blocklists.server.shelf import Shelf
from pipeline.errors import FanzhaError
from tests.blocklists.decided import NOW, block
from tests.blocklists.published import Published
from tests.blocklists.server.conftest import Desk

NAMES = [f"n{n:03}.example" for n in range(200)]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five releases: each adds one name and drops one; the fourth changes nothing."""
    home = Published(tmp_path_factory.mktemp("home"))
    lists = [NAMES[n : n + 150] for n in (0, 1, 2, 2, 3)]
    for n, names in enumerate(lists):
        decisions = [block(f"domain:{name}") for name in names]
        home.publish(*decisions, at=NOW + timedelta(minutes=5 * n))
    return home.folder


@pytest.fixture
def published(desk: Desk, written: Path) -> Path:
    """A copy of them on the shelf of the service."""
    desk.clock.at = NOW + timedelta(minutes=21)
    folder = desk.service.shelf.folder
    shutil.copytree(written, folder, symlinks=True, copy_function=os.link)
    return folder


@pytest.mark.parametrize("start", [1, 2, 3, 4])
@pytest.mark.parametrize("name", ["domains.txt", "rpz.zone", "entries.jsonl"])
def test_old_file_and_delta_make_the_new_file(
    desk: Desk, published: Path, start: int, name: str
) -> None:
    carrier = desk.admit()
    answer = desk.client.get(f"/v1/latest/{name}/delta?from={start}", headers=carrier)
    assert answer.status_code == 200, answer.text
    old = (published / str(start) / name).read_bytes()
    new = (published / "5" / name).read_bytes()
    found = delta.decode(answer.content)
    assert b"".join(delta.apply(old.splitlines(keepends=True), found.changes)) == new


def test_a_composed_delta_is_packed_for_who_can_read_it(desk: Desk, published: Path) -> None:
    carrier = desk.admit()
    path = "/v1/releases/5/domains.txt/delta?from=1"
    plain = desk.client.get(path, headers=carrier).content
    for coding, unpack in (("gzip", gzip.decompress), ("zstd", zstandard.decompress)):
        headers = {**carrier, "Accept-Encoding": coding}
        for _ in range(2):
            with desk.client.stream("GET", path, headers=headers) as answer:
                assert answer.headers["content-encoding"] == coding
                assert unpack(b"".join(answer.iter_raw())) == plain


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("from=5", "expected from= below 5"),
        ("from=6", "expected from= below 5"),
        ("from=0", "not here"),
        ("", "expected delta?from=SERIAL"),
        ("from=-1", "expected delta?from=SERIAL"),
        ("from=1e3", "expected delta?from=SERIAL"),
        ("from=99999999999999999999", "expected delta?from=SERIAL"),
    ],
)
def test_where_there_is_no_delta_the_answer_says_so(
    desk: Desk, published: Path, query: str, reason: str
) -> None:
    answer = desk.client.get(f"/v1/latest/domains.txt/delta?{query}", headers=desk.admit())
    assert answer.status_code == 404
    assert reason in answer.json()["detail"]


def test_where_nothing_changed_there_is_nothing_to_apply(desk: Desk, published: Path) -> None:
    answer = desk.client.get("/v1/releases/4/domains.txt/delta?from=3", headers=desk.admit())
    assert answer.status_code == 404
    assert "nothing changed" in answer.json()["detail"]


def test_a_delta_of_half_the_file_is_not_worth_it(desk: Desk, tmp_path: Path) -> None:
    home = Published(tmp_path)
    home.publish(*(block(f"domain:{name}") for name in NAMES[:100]))
    home.publish(*(block(f"domain:{name}") for name in NAMES[:101]))
    home.publish(*(block(f"domain:{name}") for name in NAMES[101:]))
    answer = desk.client.get("/v1/latest/domains.txt/delta?from=1", headers=desk.admit())
    assert answer.status_code == 404
    assert "half the file" in answer.json()["detail"]


def test_a_delta_of_a_file_that_is_not_yours_is_not_there(desk: Desk, published: Path) -> None:
    carrier = desk.admit(files=("hosts*",))
    answer = desk.client.get("/v1/latest/domains.txt/delta?from=4", headers=carrier)
    assert answer.status_code == 404
    assert "no file" in answer.json()["detail"]


def test_a_step_that_was_thinned_out_makes_way_for_the_full_file(
    desk: Desk, published: Path
) -> None:
    for path in (published / "3").glob("domains.txt.delta*"):
        path.unlink()
    answer = desk.client.get("/v1/latest/domains.txt/delta?from=1", headers=desk.admit())
    assert answer.status_code == 404
    assert "no longer on the shelf" in answer.json()["detail"]


def test_a_full_file_that_was_thinned_out_is_gone(desk: Desk, published: Path) -> None:
    for path in (published / "1").glob("domains.txt*"):
        path.unlink()
    answer = desk.client.get("/v1/releases/1/domains.txt", headers=desk.admit())
    assert answer.status_code == 410
    assert "take latest, or a delta" in answer.json()["detail"]


def test_what_left_the_lists_is_known_and_what_only_changed_is_not_among_it(
    tmp_path: Path,
) -> None:
    home = Published(tmp_path)
    stays, goes, back = "domain:stays.example", "host:goes.example", "host:back.example"
    home.publish(block(stays), block(goes), block(back))
    home.publish(block(stays, days=60), block("host:new.example"))
    home.publish(block(stays, days=90), block(back))
    shelf = Shelf(home.folder)
    assert removed_between(shelf, 1, 3) == [("host", "goes.example")]
    assert removed_between(shelf, 2, 3) == [("host", "new.example")]
    with pytest.raises(FanzhaError, match="from= below"):
        removed_between(shelf, 3, 3)


def test_a_lifted_name_counts_before_the_large_files_are_written_again(tmp_path: Path) -> None:
    home = Published(tmp_path, small=0)
    home.publish(block("domain:a.example"), block("host:b.example"), block("host:c.example"))
    home.publish(block("host:c.example"), at=NOW + timedelta(minutes=5))
    assert removed_between(Shelf(home.folder), 1, 2) == [
        ("domain", "a.example"),
        ("host", "b.example"),
    ]


def test_the_consumer_of_a_profile_gets_the_folder_of_its_profile(
    desk: Desk, tmp_path: Path
) -> None:
    home = Published(tmp_path, carriers={"telecom": {"formats": ["rpz"], "answer": "nodata"}})
    home.publish(block("domain:evil.example"))
    book = ConsumerBook(tmp_path / "downloads" / "consumers.db")
    token = book.add(Consumer("telecom", "T", Role.CARRIER, desk.clock(), profile="telecom"))
    own = {"Authorization": f"Bearer {token}"}
    answer = desk.client.get("/v1/latest/telecom/rpz.zone", headers=own)
    assert b"evil.example CNAME *." in answer.content
    other = desk.admit("unicom")
    assert desk.client.get("/v1/latest/telecom/rpz.zone", headers=other).status_code == 404
