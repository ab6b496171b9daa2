"""The keys of the desk: a pair whose halves are apart, and a public process that opens nothing."""

from pathlib import Path

import pytest

from pipeline.errors import FanzhaError
from pipeline.review.identity import Appellant, seal, unseal
from pipeline.review.keyring import open_keyring, open_public_keyring


def test_what_the_public_half_seals_the_desk_opens(tmp_path: Path) -> None:
    desk = open_keyring(tmp_path)
    public = open_public_keyring(tmp_path)
    sealed = seal(Appellant("n", "c", "r"), key=public.seals)
    assert unseal(sealed, key=desk.opens()) == Appellant("n", "c", "r")
    assert (public.private, public.desk) == (None, None)
    with pytest.raises(FanzhaError, match="another key"):
        unseal(sealed, key=public.seals)


def test_the_public_process_needs_one_file_alone(tmp_path: Path) -> None:
    with pytest.raises(FanzhaError, match="fanzha appeals key"):
        open_public_keyring(tmp_path)
    made = open_keyring(tmp_path / "desk")
    (tmp_path / "appeals.pub").write_bytes((tmp_path / "desk" / "appeals.pub").read_bytes())
    assert open_public_keyring(tmp_path).seals == made.seals
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == ["appeals.pub"]


@pytest.mark.parametrize("text", ["", "zz" * 32, "ab" * 31])
def test_a_public_half_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "appeals.pub").write_text(text)
    with pytest.raises(FanzhaError, match="64 hex digits"):
        open_public_keyring(tmp_path)


def test_halves_of_two_pairs_are_noticed(tmp_path: Path) -> None:
    open_keyring(tmp_path)
    (tmp_path / "appeals.key").unlink()
    with pytest.raises(FanzhaError, match="is not the public half"):
        open_keyring(tmp_path)
