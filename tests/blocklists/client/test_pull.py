"""What a pull brings, and everything that it refuses while the last good copy stays."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from nacl.signing import SigningKey

from blocklists.client.delta import Header, write_header
from blocklists.client.pulling import UNWEIGHED
from blocklists.client.refusals import Code, PullError
from blocklists.client.source import Source
from blocklists.client.trust import read_public_key, verify_signature
from blocklists.formats import CHANGES, FORMATS, ZONES
from tests.blocklists.client.conftest import Carrier
from tests.blocklists.shelves import AT, Publisher, minisign, public_key, sha256
from tests.conftest import require_program

OLD = b"".join(b"%03d.example\n" % n for n in range(100))
NEW = OLD.replace(b"050.example\n", b"050.example\n050x.example\n")


def refused(carrier: Carrier, code: Code, text: str, **options: object) -> None:
    """A pull is refused for this reason, and what the resolver reads is as it was."""
    link = carrier.order.folder / "current"
    before = carrier.read("domains.txt") if link.exists() else None
    with pytest.raises(PullError, match=text) as caught:
        carrier.pull(**options)
    assert caught.value.code is code
    assert (carrier.read("domains.txt") if link.exists() else None) == before
    drafts = list((carrier.order.folder / "releases").glob(".*"))
    assert drafts == []


def test_the_first_pull_brings_the_chosen_files_and_tells_the_publisher(carrier: Carrier) -> None:
    carrier.mirror.publisher.publish({"domains.txt": OLD, "hosts.zone": b"$TTL 60\n"})
    done = carrier.pull()
    assert (done.serial, done.changed, done.files, done.fetched) == (1, True, 1, 1)
    assert carrier.read("domains.txt") == OLD
    assert not (carrier.order.folder / "current" / "hosts.zone").exists()
    index = carrier.read("index.json")
    assert carrier.mirror.receipts == [
        {"serial": 1, "sha256": sha256(index), "enforced": 100, "at": AT.isoformat()}
    ]


def test_a_second_pull_of_the_same_release_fetches_and_reloads_nothing(carrier: Carrier) -> None:
    carrier.mirror.publisher.publish({"domains.txt": OLD})
    carrier.pull()
    carrier.mirror.asked.clear()
    done = carrier.pull(reload="false")
    assert not done.changed
    assert carrier.mirror.asked == ["/v1/latest/index.json", "/v1/releases/1/index.json.minisig"]
    assert len(carrier.mirror.receipts) == 1


def test_a_file_that_did_not_change_is_not_fetched_again(carrier: Carrier) -> None:
    carrier.mirror.publisher.publish({"domains.txt": OLD, "urls.txt": NEW})
    carrier.pull()
    carrier.mirror.publisher.publish({"domains.txt": NEW, "urls.txt": NEW})
    assert carrier.pull().fetched == 1
    assert (carrier.read("domains.txt"), carrier.read("urls.txt")) == (NEW, NEW)


def delta_of(text: bytes, *, old: bytes = OLD, new: bytes = NEW) -> bytes:
    return write_header(Header("domains.txt", 1, sha256(old), 2, sha256(new))) + text


GOOD = b"=51\n+050x.example\n=49\n"


def test_a_delta_makes_the_new_file_to_the_byte(carrier: Carrier) -> None:
    carrier.mirror.publisher.publish({"domains.txt": OLD})
    carrier.pull()
    carrier.mirror.publisher.publish({"domains.txt": NEW})
    carrier.mirror.replaced["/v1/releases/2/domains.txt/delta?from=1"] = delta_of(GOOD)
    done = carrier.pull()
    assert (done.by_delta, done.fetched) == (1, 0)
    assert carrier.read("domains.txt") == NEW


@pytest.mark.parametrize(
    "delta",
    [
        b"",
        b"<html>not found</html>\n",
        delta_of(b"=51\n+050y.example\n=49\n"),
        delta_of(b"=51\n"),
        delta_of(b"=500\n"),
        delta_of(b"-never.example\n=100\n"),
        delta_of(b"?\n"),
        delta_of(GOOD[:-1]),
    ],
    ids=["empty", "html", "wrong", "short", "long", "tombstone", "sign", "cut"],
)
def test_a_delta_that_does_not_fit_falls_back_to_the_full_file(
    carrier: Carrier, delta: bytes
) -> None:
    carrier.mirror.publisher.publish({"domains.txt": OLD})
    carrier.pull()
    carrier.mirror.publisher.publish({"domains.txt": NEW})
    carrier.mirror.replaced["/v1/releases/2/domains.txt/delta?from=1"] = delta
    done = carrier.pull()
    assert (done.by_delta, done.fetched) == (0, 1)
    assert carrier.read("domains.txt") == NEW


def test_a_copy_damaged_on_disk_is_mended_by_the_next_release(carrier: Carrier) -> None:
    carrier.mirror.publisher.publish({"domains.txt": OLD})
    carrier.pull()
    (carrier.order.folder / "current" / "domains.txt").write_bytes(OLD[:-5])
    assert carrier.pull().fetched == 1
    assert carrier.read("domains.txt") == OLD


def test_a_signature_by_another_key_is_refused(carrier: Carrier) -> None:
    carrier.mirror.publisher.publish({"domains.txt": OLD})
    carrier.pull()
    carrier.mirror.publisher.key = SigningKey.generate()
    carrier.mirror.publisher.publish({"domains.txt": NEW})
    refused(carrier, Code.REFUSED, "the signature does not match")


def test_an_index_changed_after_signing_is_refused(carrier: Carrier) -> None:
    folder = carrier.mirror.publisher.publish({"domains.txt": OLD})
    index = (folder / "index.json").read_bytes().replace(sha256(OLD).encode(), sha256(NEW).encode())
    (folder / "index.json").write_bytes(index)
    (folder / "domains.txt").write_bytes(NEW)
    refused(carrier, Code.REFUSED, "the signature does not match")


@pytest.mark.parametrize("signature", [b"", b"\xff\xfe", b"a\nb\nc\nd\n", b"a\nRUQ=\nc\nRUQ=\n"])
def test_a_signature_that_is_none_is_refused(carrier: Carrier, signature: bytes) -> None:
    folder = carrier.mirror.publisher.publish({"domains.txt": OLD})
    (folder / "index.json.minisig").write_bytes(signature)
    refused(carrier, Code.REFUSED, "signature|signed")


def test_a_trusted_comment_that_was_changed_is_refused(carrier: Carrier) -> None:
    folder = carrier.mirror.publisher.publish({"domains.txt": OLD})
    path = folder / "index.json.minisig"
    path.write_bytes(path.read_bytes().replace(b"serial:1", b"serial:9"))
    refused(carrier, Code.REFUSED, "the signature does not match")


def test_an_old_release_offered_again_is_a_rollback(carrier: Carrier) -> None:
    publisher = carrier.mirror.publisher
    publisher.publish({"domains.txt": OLD})
    publisher.publish({"domains.txt": NEW})
    carrier.pull()
    publisher.point_latest(1)
    refused(carrier, Code.REFUSED, "a rollback")


def test_two_releases_with_one_serial_are_refused(carrier: Carrier, tmp_path: Path) -> None:
    publisher = carrier.mirror.publisher
    publisher.publish({"domains.txt": OLD})
    carrier.pull()
    twin = Publisher(tmp_path / "twin", key=publisher.key)
    twin.publish({"domains.txt": NEW})
    publisher.folder = twin.folder
    refused(carrier, Code.REFUSED, "two releases with one serial")


def test_a_release_that_expired_is_a_freeze(carrier: Carrier) -> None:
    carrier.mirror.publisher.publish({"domains.txt": OLD})
    carrier.pull()
    carrier.at += timedelta(hours=25)
    refused(carrier, Code.STALE, "the source is frozen, or your clock is wrong")


def test_a_release_from_the_future_means_a_wrong_clock(carrier: Carrier) -> None:
    carrier.mirror.publisher.publish({"domains.txt": OLD}, at=AT + timedelta(hours=3))
    refused(carrier, Code.REFUSED, "set the clock")


def test_the_chain_is_walked_over_releases_that_were_missed(carrier: Carrier) -> None:
    publisher = carrier.mirror.publisher
    for number in range(5):
        publisher.publish({"domains.txt": OLD + b"%d.example\n" % number})
        if number == 0:
            carrier.pull()
    carrier.mirror.asked.clear()
    assert carrier.pull().notes == ()
    walked = [path for path in carrier.mirror.asked if path.endswith("/index.json")]
    assert walked == ["/v1/latest/index.json", *(f"/v1/releases/{n}/index.json" for n in (4, 3, 2))]


def test_a_broken_link_of_the_chain_is_refused(carrier: Carrier) -> None:
    publisher = carrier.mirror.publisher
    for number in range(4):
        publisher.publish({"domains.txt": OLD + b"%d.example\n" % number})
        if number == 0:
            carrier.pull()
    index = publisher.folder / "2" / "index.json"
    index.write_bytes(index.read_bytes().replace(b'"cut": 2', b'"cut": 3'))
    refused(carrier, Code.REFUSED, "the hash chain is broken")


def test_a_chain_that_leads_elsewhere_is_a_fork(carrier: Carrier, tmp_path: Path) -> None:
    publisher = carrier.mirror.publisher
    publisher.publish({"domains.txt": OLD})
    carrier.pull()
    fork = Publisher(tmp_path / "fork", key=publisher.key)
    fork.publish({"domains.txt": NEW})
    fork.publish({"domains.txt": NEW})
    publisher.folder = fork.folder
    refused(carrier, Code.REFUSED, "a fork")


def test_a_chain_whose_beginning_is_no_longer_offered_is_noted(carrier: Carrier) -> None:
    publisher = carrier.mirror.publisher
    for number in range(4):
        publisher.publish({"domains.txt": OLD + b"%d.example\n" % number})
        if number == 0:
            carrier.pull()
    (publisher.folder / "2" / "index.json").unlink()
    (note,) = carrier.pull().notes
    assert "walked back to 2" in note


def test_a_truncated_file_is_refused(carrier: Carrier) -> None:
    publisher = carrier.mirror.publisher
    publisher.publish({"domains.txt": OLD})
    carrier.pull()
    folder = publisher.publish({"domains.txt": NEW})
    (folder / "domains.txt").write_bytes(NEW[:500])
    refused(carrier, Code.REFUSED, "truncated")


def test_a_connection_that_breaks_off_is_refused(carrier: Carrier) -> None:
    carrier.mirror.publisher.publish({"domains.txt": OLD})
    carrier.mirror.declared = len(OLD)
    carrier.mirror.replaced["/v1/releases/1/domains.txt"] = OLD[:100]
    carrier.order = replace(carrier.order, source=replace(carrier.order.source, timeout=0.5))
    with pytest.raises(PullError) as caught:
        carrier.pull()
    assert caught.value.code in (Code.UNREACHABLE, Code.REFUSED)


def test_a_file_with_another_content_is_refused(carrier: Carrier) -> None:
    folder = carrier.mirror.publisher.publish({"domains.txt": OLD})
    (folder / "domains.txt").write_bytes(OLD.replace(b"050", b"666"))
    refused(carrier, Code.REFUSED, "not what the signed index says")


def test_a_file_without_end_is_refused_at_its_size(carrier: Carrier) -> None:
    folder = carrier.mirror.publisher.publish({"domains.txt": OLD})
    (folder / "domains.txt").write_bytes(OLD * 10_000)
    refused(carrier, Code.REFUSED, f"at most {len(OLD)} bytes")


def test_a_signed_index_that_names_a_path_outside_is_refused(carrier: Carrier) -> None:
    publisher = carrier.mirror.publisher
    folder = publisher.publish({"domains.txt": OLD})
    index = json.loads((folder / "index.json").read_bytes())
    index["files"][0]["name"] = "../../domains.txt"
    raw = json.dumps(index).encode()
    (folder / "index.json").write_bytes(raw)
    (folder / "index.json.minisig").write_bytes(minisign(publisher.key, raw, "serial:1"))
    refused(carrier, Code.REFUSED, "the file name")


def test_a_login_page_in_place_of_a_release_is_refused(carrier: Carrier) -> None:
    carrier.mirror.replaced["/v1/latest/index.json"] = b"<html>please log in</html>"
    refused(carrier, Code.REFUSED, "expected the index of a release")


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, Code.NOT_ADMITTED),
        (429, Code.NOT_ADMITTED),
        (404, Code.UNREACHABLE),
        (500, Code.UNREACHABLE),
        (302, Code.UNREACHABLE),
    ],
)
def test_a_source_that_does_not_serve_leaves_the_copy(
    carrier: Carrier, status: int, code: Code
) -> None:
    carrier.mirror.publisher.publish({"domains.txt": OLD})
    carrier.pull()
    carrier.mirror.status = status
    refused(carrier, code, f"{status}|no signed release")


def test_a_source_that_is_gone_leaves_the_copy_until_it_is_stale(carrier: Carrier) -> None:
    carrier.mirror.publisher.publish({"domains.txt": OLD})
    carrier.pull()
    gone = Source("http://127.0.0.1:9", "token", timeout=2)
    refused(carrier, Code.UNREACHABLE, "did not answer", source=gone)
    carrier.at += timedelta(hours=25)
    refused(carrier, Code.STALE, "the copy here expired", source=gone)


def test_a_list_that_shrinks_too_much_waits_for_a_persons_word(carrier: Carrier) -> None:
    publisher = carrier.mirror.publisher
    publisher.publish({"domains.txt": OLD})
    carrier.pull()
    publisher.publish({"domains.txt": b"".join(OLD.splitlines(keepends=True)[:70])})
    refused(carrier, Code.SHRINKING, "from 100 to 70 entries")
    assert carrier.pull(max_shrink=1.0).changed


@pytest.mark.parametrize("form", sorted(UNWEIGHED))
def test_the_zones_of_changes_and_exceptions_may_be_emptied(carrier: Carrier, form: str) -> None:
    assert form in ZONES | CHANGES | FORMATS
    for zone in (OLD, b""):
        files = {"domains.txt": OLD, "small.zone": zone}
        carrier.mirror.publisher.publish(files, formats={"small.zone": form})
        assert carrier.pull(files=("*.txt", "*.zone")).changed
    assert carrier.read("small.zone") == b""


@pytest.mark.parametrize("formats", [{}, {"hot.zone": "base-zone"}])
def test_a_name_alone_frees_no_file_from_the_rule(
    carrier: Carrier, formats: dict[str, str]
) -> None:
    publisher = carrier.mirror.publisher
    publisher.publish({"domains.txt": OLD, "hot.zone": OLD}, formats=formats)
    carrier.pull(files=("*.txt", "*.zone"))
    publisher.publish({"domains.txt": NEW, "hot.zone": b""}, formats=formats)
    refused(carrier, Code.SHRINKING, "hot.zone would shrink", files=("*.txt", "*.zone"))


def test_the_reload_command_sees_the_new_copy(carrier: Carrier, tmp_path: Path) -> None:
    carrier.mirror.publisher.publish({"domains.txt": OLD})
    seen = tmp_path / "seen.txt"
    carrier.pull(reload=f"cp {carrier.order.folder / 'current' / 'domains.txt'} {seen}")
    assert seen.read_bytes() == OLD


def test_several_reload_commands_run_in_order_until_one_fails(
    carrier: Carrier, tmp_path: Path
) -> None:
    carrier.mirror.publisher.publish({"domains.txt": OLD})
    log = tmp_path / "log"
    said = [f"sh -c 'echo {word} >> {log}'" for word in ("passthru", "hot", "base")]
    carrier.pull(reload=tuple(said))
    assert log.read_text().split() == ["passthru", "hot", "base"]
    carrier.mirror.publisher.publish({"domains.txt": NEW})
    refused(carrier, Code.RELOAD, "false: exit code 1", reload=("false", said[0]))


def test_a_star_does_not_reach_into_the_folders_of_other_carriers(carrier: Carrier) -> None:
    carrier.mirror.publisher.publish({"domains.txt": OLD, "south/other.txt": OLD})
    carrier.pull(files=("*.txt",))
    folder = carrier.order.folder / "current"
    assert sorted(p.name for p in folder.rglob("*.txt")) == ["domains.txt"]


def test_where_the_reload_fails_the_former_copy_is_put_back(
    carrier: Carrier, tmp_path: Path
) -> None:
    publisher = carrier.mirror.publisher
    publisher.publish({"domains.txt": OLD})
    carrier.pull()
    publisher.publish({"domains.txt": NEW})
    only_old = f"sh -c '! grep -q 050x {carrier.order.folder / 'current' / 'domains.txt'}'"
    refused(carrier, Code.RELOAD, "release 1 is back in place$", reload=only_old)
    assert len(carrier.mirror.receipts) == 1
    assert carrier.pull().changed  # the next run tries again
    assert carrier.read("domains.txt") == NEW


def test_a_run_that_was_killed_before_the_reload_is_taken_up(carrier: Carrier) -> None:
    carrier.mirror.publisher.publish({"domains.txt": OLD})
    refused(carrier, Code.RELOAD, "failed", reload="false")
    carrier.mirror.asked.clear()
    assert carrier.pull().changed
    assert "/v1/releases/1/domains.txt" not in carrier.mirror.asked


def test_a_receipt_that_cannot_be_sent_waits_for_the_next_run(carrier: Carrier) -> None:
    carrier.mirror.publisher.publish({"domains.txt": OLD})
    carrier.mirror.takes_receipts = False
    (note,) = carrier.pull().notes
    assert "the receipt waits" in note
    carrier.mirror.takes_receipts = True
    carrier.pull()
    assert [receipt["serial"] for receipt in carrier.mirror.receipts] == [1]


def test_the_count_command_says_what_is_enforced(carrier: Carrier) -> None:
    carrier.mirror.publisher.publish({"domains.txt": OLD})
    carrier.pull(count="echo 97 names")
    assert carrier.mirror.receipts[0]["enforced"] == 97


def test_a_second_pull_at_the_same_time_is_turned_away(carrier: Carrier) -> None:
    carrier.mirror.publisher.publish({"domains.txt": OLD})
    with pytest.raises(PullError, match="reload command failed") as caught:
        carrier.pull(reload=f"{sys.executable} -c '{_SECOND}' {carrier.order.folder}")
    assert caught.value.code is Code.RELOAD


_SECOND = (
    "import sys, pathlib;"
    "from blocklists.client.copies import LocalCopy;"
    "LocalCopy(pathlib.Path(sys.argv[1])).locked().__enter__()"
)


def test_a_token_does_not_travel_in_the_clear(carrier: Carrier) -> None:
    for url in ("http://lists.example", "ftp://lists.example", "lists.example"):
        refused(carrier, Code.USAGE, "https://", source=Source(url, "token"))


def test_what_debians_minisign_signs_is_verified(tmp_path: Path) -> None:
    program = require_program("minisign")
    secret, public, file = tmp_path / "k", tmp_path / "k.pub", tmp_path / "index.json"
    file.write_bytes(b"{}")
    subprocess.run(
        [program, "-G", "-W", "-s", secret, "-p", public], check=True, capture_output=True
    )
    for legacy in ([], ["-l"]):
        sign = [program, "-S", *legacy, "-s", secret, "-m", file, "-t", "serial:7"]
        subprocess.run(sign, check=True, capture_output=True)
        signature = Path(f"{file}.minisig").read_bytes()
        key = read_public_key(public.read_text())
        assert verify_signature([key], b"{}", signature) == "serial:7"
        with pytest.raises(PullError, match="does not match"):
            verify_signature([key], b"{ }", signature)


def test_while_a_key_is_changed_both_are_trusted(carrier: Carrier) -> None:
    other = read_public_key(public_key(SigningKey.generate()))
    carrier.mirror.publisher.publish({"domains.txt": OLD})
    renamed = replace(other, id=b"other-id")
    with pytest.raises(PullError, match="is signed with key"):
        carrier.pull(keys=(renamed,))
    assert carrier.pull(keys=(renamed, *carrier.order.keys)).changed
