"""The industry's list: pseudonyms alone, the newest word counts, and only one's own are told."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nacl.signing import SigningKey

from pipeline.errors import FanzhaError
from pipeline.feeds.industry import (
    FORMAT,
    Notice,
    concerned,
    notices_file,
    pseudonym,
    read_notices,
)
from pipeline.feeds.industry_folder import Confirmed, IndustryFolder
from pipeline.signatures import Signer

KEY = bytes(range(32))
SIGNER = Signer(SigningKey(bytes(32)))
NOW = datetime(2026, 3, 2, tzinfo=UTC)
OURS, THEIRS = "+8613800138000", "+8613900139000"
PERSON = "99999919000101004X"


def notice(
    number: str, *, issued: str = "2026-03-01T00:00:00+00:00", withdrawn: bool = False
) -> Notice:
    expires = "2026-06-01T00:00:00+00:00"
    name = pseudonym(KEY, "number", number)
    return Notice(name, "number", "carrier-a", "confirmed", issued, expires, withdrawn)


def test_a_carrier_learns_of_its_own_alone(tmp_path: Path) -> None:
    path = tmp_path / "notices.jsonl"
    path.write_bytes(notices_file([notice(OURS), notice(THEIRS)]))
    assert OURS.encode() not in path.read_bytes()
    found = concerned(KEY, "number", [OURS, "+8613700137000"], read_notices(path), now=NOW)
    assert list(found) == [OURS]
    assert concerned(bytes(32), "number", [OURS], read_notices(path), now=NOW) == {}


def test_withdrawal_and_expiry_end_a_notice() -> None:
    later = notice(OURS, issued="2026-03-01T12:00:00+00:00", withdrawn=True)
    assert concerned(KEY, "number", [OURS], [later, notice(OURS)], now=NOW) == {}
    assert concerned(KEY, "number", [OURS], [notice(OURS)], now=NOW.replace(year=2027)) == {}


def test_of_two_zones_the_later_moment_counts() -> None:
    # 02:00 UTC is later than 09:00 in China, whatever the letters say.
    later = notice(OURS, issued="2026-03-01T02:00:00+00:00", withdrawn=True)
    earlier = notice(OURS, issued="2026-03-01T09:00:00+08:00")
    for order in ([later, earlier], [earlier, later]):
        assert concerned(KEY, "number", [OURS], order, now=NOW) == {}


def test_a_time_without_a_zone_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notices.jsonl"
    path.write_bytes(notices_file([notice(OURS, issued="2026-03-01T00:00:00")]))
    with pytest.raises(FanzhaError, match="names no zone"):
        read_notices(path)


def test_an_export_without_subjects_leaves_them(tmp_path: Path) -> None:
    folder = IndustryFolder(tmp_path / "industry")
    number, subject = (
        Confirmed(kind, text, "confirmed", NOW, NOW.replace(month=6))
        for kind, text in (("number", OURS), ("subject", PERSON))
    )

    def export(*confirmed: Confirmed, kinds: tuple[str, ...]) -> tuple[int, int]:
        out = tmp_path / "out.jsonl"
        return folder.export(
            out, confirmed, key=KEY, source="a", signer=SIGNER, now=NOW, kinds=kinds
        )

    assert export(number, subject, kinds=("number", "subject")) == (2, 0)
    assert export(number, kinds=("number",)) == (2, 0)
    assert export(kinds=("number",)) == (1, 1)
    assert export(kinds=("number", "subject")) == (0, 2)


def test_kinds_are_apart() -> None:
    assert pseudonym(KEY, "number", PERSON) != pseudonym(KEY, "subject", PERSON)


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notices.jsonl"
    path.write_bytes(notices_file([notice(OURS), notice(THEIRS)]))
    path.write_text("\n".join(path.read_text("utf-8").splitlines()[:-1]), "utf-8")
    with pytest.raises(FanzhaError, match="ask for it again"):
        read_notices(path)


def test_what_is_dated_ahead_says_nothing_yet() -> None:
    ahead = notice(OURS, issued="2026-05-01T00:00:00+00:00")
    withdrawn = notice(OURS, issued="2026-03-01T12:00:00+00:00", withdrawn=True)
    assert concerned(KEY, "number", [OURS], [ahead], now=NOW) == {}
    assert concerned(KEY, "number", [OURS], [ahead, withdrawn], now=NOW) == {}


@pytest.mark.parametrize(
    "change",
    [
        {"withdrawn": "false"},
        {"withdrawn": 0},
        {"grade": ["x"]},
        {"grade": "\x1b[31m"},
        {"grade": "a" * 42},
        {"kind": "zzz"},
        {"pseudonym": 5},
        {"pseudonym": "AB" * 32},
        {"source": "../keys"},
        {"expires_at": 7},
        {"expires_at": "2026-02-01T00:00:00+00:00"},
        {"expires_at": "soon"},
        {"more": "than there is"},
        {"grade": None},
    ],
)
def test_a_field_of_another_form_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    row = asdict(notice(OURS)) | change
    head = json.dumps({"format": FORMAT, "notices": 1})
    path = tmp_path / "notices.jsonl"
    path.write_text(f"{head}\n{json.dumps(row)}\n", "utf-8")
    with pytest.raises(FanzhaError, match="ask for it again"):
        read_notices(path)
    path.write_text(f"{head}\n[1]\n", "utf-8")
    with pytest.raises(FanzhaError, match="ask for it again"):
        read_notices(path)


def test_a_long_block_is_told_for_a_year_at_most(tmp_path: Path) -> None:
    folder = IndustryFolder(tmp_path)
    long = Confirmed("number", OURS, "confirmed", NOW, NOW.replace(year=2036))
    out = tmp_path / "out.jsonl"
    folder.export(out, [long], key=KEY, source="a", signer=SIGNER, now=NOW)
    (told,) = read_notices(out)
    assert told.expires_at == NOW.replace(year=2027).isoformat()
    IndustryFolder(tmp_path / "b").take(out, sender="a", now=NOW, unsigned=True)


def test_an_installation_s_files_of_an_earlier_form_count_for_nothing(tmp_path: Path) -> None:
    folder = IndustryFolder(tmp_path)
    old = notices_file([notice(OURS)]).replace(FORMAT.encode(), b"fanzha-industry@1")
    (tmp_path / "received").mkdir()
    (tmp_path / "received" / "1.jsonl").write_bytes(old)
    (tmp_path / "own.jsonl").write_bytes(old)
    assert folder.received() == []
    out = tmp_path / "out.jsonl"
    assert folder.export(out, [], key=KEY, source="a", signer=SIGNER, now=NOW) == (0, 0)
    out.write_bytes(old)
    with pytest.raises(FanzhaError, match="whole fanzha-industry@2 file"):
        folder.take(out, sender="carrier-a", now=NOW, unsigned=True)
