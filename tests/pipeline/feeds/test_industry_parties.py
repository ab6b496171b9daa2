"""The industry's files are signed: what is altered, unsigned or another's is refused, and nothing kept."""

from pathlib import Path

import pytest
from nacl.signing import SigningKey

from pipeline.errors import FanzhaError
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
    assert folder.take(sent, sender="carrier-a") == Taken(1, proved=True)
    moved = signature_of(sent).rename(sent.parent / "elsewhere.sig")
    assert folder.take(sent, sender="carrier-a", signature=moved).proved
    assert len(folder.received()) == 1
    (kept,) = (folder.folder / "received").glob("*.minisig")
    assert kept.read_bytes() == moved.read_bytes()  # who sent it can be shown long after


def test_of_a_party_without_a_known_key_nothing_is_proved(sent: Path, tmp_path: Path) -> None:
    stranger = IndustryFolder(tmp_path / "c")
    assert stranger.take(sent, sender="carrier-a") == Taken(1, proved=False)


def test_an_unsigned_file_is_refused(sent: Path, folder: IndustryFolder) -> None:
    signature_of(sent).unlink()
    with pytest.raises(FanzhaError, match="an unsigned file is not taken"):
        folder.take(sent, sender="carrier-a")
    assert folder.received() == []


@pytest.mark.parametrize(("old", "new"), [("fake-loan", "confirmed"), ("false", "true")])
def test_an_altered_file_is_refused(sent: Path, folder: IndustryFolder, old: str, new: str) -> None:
    sent.write_text(sent.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(FanzhaError, match="not as carrier-a signed it"):
        folder.take(sent, sender="carrier-a")
    assert folder.received() == []


def test_what_another_signed_is_refused(sent: Path, folder: IndustryFolder) -> None:
    forged = ANOTHER.sign(sent.read_bytes(), signed_as("carrier-a"))
    signature_of(sent).write_bytes(forged)
    with pytest.raises(FanzhaError, match="it is by key"):
        folder.take(sent, sender="carrier-a")


@pytest.mark.parametrize("comment", ["serial 7", signed_as("carrier-c")])
def test_what_was_signed_as_something_else_is_refused(
    sent: Path, folder: IndustryFolder, comment: str
) -> None:
    signature_of(sent).write_bytes(OURS.sign(sent.read_bytes(), comment))
    with pytest.raises(FanzhaError, match="expected 'fanzha-industry@1 of carrier-a'"):
        folder.take(sent, sender="carrier-a")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"one\ntwo\nthree\nfour\n"])
def test_what_is_no_signature_is_refused(
    sent: Path, folder: IndustryFolder, content: bytes
) -> None:
    signature_of(sent).write_bytes(content)
    with pytest.raises(FanzhaError, match="not as carrier-a signed it"):
        folder.take(sent, sender="carrier-a")


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
    assert "fanzha-industry@1 of carrier-a" in told.stdout
