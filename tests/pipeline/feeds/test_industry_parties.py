"""The industry's files are signed: what is altered, unsigned or another's is refused, and nothing kept."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from nacl.signing import SigningKey

from pipeline.errors import FanzhaError
from pipeline.feeds.industry import Notice, notices_file, pseudonym
from pipeline.feeds.industry_folder import Confirmed, IndustryFolder, Taken
from pipeline.feeds.industry_parties import signature_of, signed_as
from pipeline.signatures import Signer
from tests.conftest import require_program
from tests.pipeline.feeds.test_industry import KEY, NOW

OURS, ANOTHER = (Signer(SigningKey(bytes([n] * 32))) for n in (1, 2))


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    """What carrier-a sent: a file, and its signature beside it."""
    out = tmp_path / "notices.jsonl"
    confirmed = [Confirmed("number", "+8613700137000", "fake-loan", NOW, NOW.replace(month=6))]
    IndustryFolder(tmp_path / "a").export(
        out, confirmed, key=KEY, source="carrier-a", signer=OURS, now=NOW
    )
    return out


@pytest.fixture
def folder(tmp_path: Path) -> IndustryFolder:
    """Carrier-b, which knows carrier-a by its key."""
    made = IndustryFolder(tmp_path / "b")
    made.parties.trust("carrier-a", OURS.public_file().decode())
    return made


def test_what_its_sender_signed_is_taken(sent: Path, folder: IndustryFolder) -> None:
    assert folder.take(sent, sender="carrier-a", now=NOW) == Taken(1, proved=True)
    moved = signature_of(sent).rename(sent.parent / "elsewhere.sig")
    assert folder.take(sent, sender="carrier-a", now=NOW, signature=moved).proved
    assert len(folder.received()) == 1
    (kept,) = (folder.folder / "received").glob("*.minisig")
    assert kept.read_bytes() == moved.read_bytes()  # who sent it can be shown long after


def test_of_a_party_without_a_known_key_nothing_is_taken_but_where_that_is_said(
    sent: Path, tmp_path: Path
) -> None:
    stranger = IndustryFolder(tmp_path / "c")
    with pytest.raises(FanzhaError, match="nothing proves that the file is its own"):
        stranger.take(sent, sender="carrier-a", now=NOW)
    assert stranger.received() == []
    taken = stranger.take(sent, sender="carrier-a", now=NOW, unsigned=True)
    assert taken == Taken(1, proved=False)
    assert len(stranger.received()) == 1


def test_what_was_taken_without_proof_lapses_once_the_key_is_known(
    sent: Path, tmp_path: Path
) -> None:
    stranger = IndustryFolder(tmp_path / "c")
    stranger.take(sent, sender="carrier-a", now=NOW, unsigned=True)
    stranger.parties.trust("carrier-b", ANOTHER.public)
    assert len(stranger.received()) == 1
    stranger.parties.trust("carrier-a", OURS.public)
    assert stranger.received() == []
    stranger.take(sent, sender="carrier-a", now=NOW)
    assert len(stranger.received()) == 1
    # With another key in its place, what the former one signed is proved by nothing.
    stranger.parties.trust("carrier-a", ANOTHER.public, replace=True)
    assert stranger.received() == []
    # And a known party's unsigned file is not taken, whatever is said.
    signature_of(sent).unlink()
    with pytest.raises(FanzhaError, match="an unsigned file is not taken"):
        stranger.take(sent, sender="carrier-a", now=NOW, unsigned=True)


@pytest.mark.parametrize(
    ("issued", "expires", "said"),
    [
        (NOW + timedelta(hours=2), NOW + timedelta(days=9), "which is in the future"),
        (NOW, NOW + timedelta(days=400), "more than 366 days"),
    ],
)
def test_a_notice_of_another_time_is_refused(
    folder: IndustryFolder, tmp_path: Path, issued: datetime, expires: datetime, said: str
) -> None:
    name = pseudonym(KEY, "number", "+8613700137000")
    times = (issued.isoformat(), expires.isoformat())
    content = notices_file([Notice(name, "number", "carrier-a", "confirmed", *times)])
    path = tmp_path / "ahead.jsonl"
    path.write_bytes(content)
    signature_of(path).write_bytes(OURS.sign(content, signed_as("carrier-a")))
    with pytest.raises(FanzhaError, match=said):
        folder.take(path, sender="carrier-a", now=NOW)
    assert folder.received() == []


def test_a_file_with_more_notices_than_may_be_is_refused(
    sent: Path, folder: IndustryFolder
) -> None:
    with pytest.raises(FanzhaError, match=r"feeds\.industry_notices"):
        folder.take(sent, sender="carrier-a", now=NOW, most=0)
    sent.write_bytes(b"x" * 2000)
    with pytest.raises(FanzhaError, match=r"feeds\.industry_notices"):
        folder.take(sent, sender="carrier-a", now=NOW, most=1)


def test_an_unsigned_file_is_refused(sent: Path, folder: IndustryFolder) -> None:
    signature_of(sent).unlink()
    with pytest.raises(FanzhaError, match="an unsigned file is not taken"):
        folder.take(sent, sender="carrier-a", now=NOW)
    assert folder.received() == []


@pytest.mark.parametrize(("old", "new"), [("fake-loan", "confirmed"), ("false", "true")])
def test_an_altered_file_is_refused(sent: Path, folder: IndustryFolder, old: str, new: str) -> None:
    sent.write_text(sent.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(FanzhaError, match="not as carrier-a signed it"):
        folder.take(sent, sender="carrier-a", now=NOW)
    assert folder.received() == []


def test_what_another_signed_is_refused(sent: Path, folder: IndustryFolder) -> None:
    forged = ANOTHER.sign(sent.read_bytes(), signed_as("carrier-a"))
    signature_of(sent).write_bytes(forged)
    with pytest.raises(FanzhaError, match="it is by key"):
        folder.take(sent, sender="carrier-a", now=NOW)


@pytest.mark.parametrize("comment", ["serial 7", signed_as("carrier-c")])
def test_what_was_signed_as_something_else_is_refused(
    sent: Path, folder: IndustryFolder, comment: str
) -> None:
    signature_of(sent).write_bytes(OURS.sign(sent.read_bytes(), comment))
    with pytest.raises(FanzhaError, match="expected 'fanzha-industry@2 of carrier-a'"):
        folder.take(sent, sender="carrier-a", now=NOW)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"one\ntwo\nthree\nfour\n"])
def test_what_is_no_signature_is_refused(
    sent: Path, folder: IndustryFolder, content: bytes
) -> None:
    signature_of(sent).write_bytes(content)
    with pytest.raises(FanzhaError, match="not as carrier-a signed it"):
        folder.take(sent, sender="carrier-a", now=NOW)


def test_a_known_key_changes_only_where_that_is_said(folder: IndustryFolder) -> None:
    assert folder.parties.trust("carrier-a", OURS.public) == OURS.public
    with pytest.raises(FanzhaError, match="another key is known"):
        folder.parties.trust("carrier-a", ANOTHER.public)
    assert folder.parties.key_of("carrier-a") == OURS.public
    folder.parties.trust("carrier-a", ANOTHER.public, replace=True)
    assert folder.parties.key_of("carrier-a") == ANOTHER.public


@pytest.mark.parametrize("text", ["", "RWshort", "untrusted comment: a key\n", "🙂"])
def test_what_is_no_key_is_not_trusted(folder: IndustryFolder, text: str) -> None:
    with pytest.raises(FanzhaError, match="public key"):
        folder.parties.trust("carrier-d", text)
    assert folder.parties.key_of("carrier-d") is None


@pytest.mark.parametrize("party", ["../keys", "Carrier A", ""])
def test_a_party_has_a_name_that_is_no_path(folder: IndustryFolder, party: str) -> None:
    with pytest.raises(FanzhaError, match="short name"):
        folder.parties.trust(party, OURS.public)


def test_minisign_itself_verifies_it(sent: Path) -> None:
    import subprocess

    program = require_program("minisign")
    told = subprocess.run(
        [program, "-Vm", str(sent), "-P", OURS.public], capture_output=True, text=True, check=True
    )
    assert "fanzha-industry@2 of carrier-a" in told.stdout
