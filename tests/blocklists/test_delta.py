"""Deltas: base and delta make the later file to the byte, however many steps lie between."""

from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocklists import delta
from blocklists.difference import changes
from pipeline.errors import FanzhaError


def text(names: list[str]) -> bytes:
    return "".join(f"{name}\n" for name in names).encode()


def step(old: bytes, new: bytes, serial: int = 1) -> delta.Delta:
    digests = sha256(old).hexdigest(), sha256(new).hexdigest()
    found = tuple(changes(old, new))
    return delta.Delta("domains.txt", serial, digests[0], serial + 1, digests[1], found)


def applied(old: bytes, changes: delta.Delta) -> bytes:
    return b"".join(delta.apply(old.splitlines(keepends=True), changes.changes))


names = st.sets(st.sampled_from([f"{c}{n}.example" for c in "abcd" for n in range(6)])).map(sorted)


@given(names, names)
def test_base_and_delta_make_the_new_file(old: list[str], new: list[str]) -> None:
    made = step(text(old), text(new))
    again = delta.decode(made.encode())
    assert again == made
    assert applied(text(old), again) == text(new)
    # What is removed is named, so that whoever has it can drop it.
    removed = {c[1] for c in made.changes if not isinstance(c, int) and c[0] == b"-"}
    assert removed == {f"{name}\n".encode() for name in set(old) - set(new)}


def test_a_long_file_is_told_by_its_few_changes() -> None:
    old = [f"n{n:06}.{'x' * (n % 90)}.example" for n in range(60_000)]
    gone, late = {7, 3_000, 3_001, 30_000, 59_999}, {8: "new", 40_000: "more", 59_998: "last"}
    new = [late.get(n, "") + name for n, name in enumerate(old) if n not in gone]
    new[20_000:20_000] = [f"block{n}.example" for n in range(900)]
    made = step(text(old), text(new))
    assert applied(text(old), made) == text(new)
    told = [c for c in made.changes if not isinstance(c, int)]
    assert [sum(c[0] == sign for c in told) for sign in (b"-", b"+")] == [5 + 3, 3 + 900]


@pytest.mark.parametrize(
    "old", [b"", b"a", b"a\n", b"a\nb", b"a\nb\n", b"x" * 9000, b"x" * 9000 + b"\nb"]
)
@pytest.mark.parametrize(
    "new", [b"", b"a", b"a\n", b"a\nbc", b"a\nb\nc", b"x" * 9000 + b"y\nb", b"c\na\n"]
)
def test_lines_of_any_length_and_files_without_a_last_end(old: bytes, new: bytes) -> None:
    assert applied(old, step(old, new)) == new


@given(st.lists(st.sampled_from(["a\n", "b\n", "c\n"]), max_size=12).map("".join), names)
def test_files_with_repeated_lines_too(old: str, new: list[str]) -> None:
    for a, b in ((old.encode(), text(new)), (text(new), old.encode()), (b"a\n", old.encode())):
        assert applied(a, step(a, b)) == b


@given(st.lists(names, min_size=2, max_size=9))
def test_steps_compose_into_one(states: list[list[str]]) -> None:
    contents = [text(state) for state in states]
    steps = [step(a, b, n) for n, (a, b) in enumerate(pairwise(contents))]
    whole = delta.compose(steps)

    assert (whole.from_serial, whole.to_serial) == (0, len(steps))
    assert applied(contents[0], whole) == contents[-1]
    # No longer than the direct way, but for lines that came and went in another place.
    direct = step(contents[0], contents[-1])
    removed = [c for c in whole.changes if not isinstance(c, int) and c[0] == b"-"]
    assert len(removed) == sum(not isinstance(c, int) and c[0] == b"-" for c in direct.changes)


def test_a_delta_reads_like_this() -> None:
    old = text(["a.example", "gone.example", "z.example"])
    new = text(["a.example", "new.example", "z.example"])
    _, *lines = step(old, new).encode().decode().splitlines()
    assert lines == ["=1", "-gone.example", "+new.example", "=1"]


@pytest.mark.parametrize("content", [b"", b"<html>\n", b"fanzha-delta/1 {}\n=1\n"])
def test_what_is_no_delta_says_so(content: bytes) -> None:
    with pytest.raises(FanzhaError, match="expected a file that begins with"):
        delta.decode(content)


def test_a_delta_for_another_file_does_not_apply() -> None:
    made = step(text(["a", "b"]), text(["a"]))
    for other in (["a", "c"], ["a"], ["a", "b", "c"]):
        with pytest.raises(FanzhaError, match="does not fit"):
            applied(text(other), made)
    with pytest.raises(FanzhaError, match="is not what the delta before it made"):
        delta.compose([made, made])
