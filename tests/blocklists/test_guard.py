"""The quick test of the guard: columns that ask the rules about few names, and miss none."""

from pathlib import Path

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from blocklists.guard import suspects
from pipeline import protected
from pipeline.indicators import suffix_rules
from pipeline.settings import Settings

GUARD = protected.load(Settings(home=Path("/nonexistent")))
SUFFIXES = sorted(rule.removeprefix("*.") for rule in suffix_rules())
roots = st.sampled_from(
    [*sorted(GUARD.names)[::7], *SUFFIXES[::11], "ck", "example", "pages.dev", "com"]
)
labels = st.lists(st.sampled_from(["www", "evil", "x1", "com", "cn"]), max_size=3)
names = st.builds(lambda root, below: ".".join([*below, root]), roots, labels)


@given(st.lists(names, max_size=30))
def test_whoever_is_refused_was_asked_about(asked: list[str]) -> None:
    quick = suspects(pa.array([name.encode() for name in asked], pa.binary()), GUARD)
    for name, suspect in zip(asked, quick.tolist(), strict=True):
        refused = GUARD.refuse_name(name, page=False, below=True)
        assert suspect or refused is None, name


def test_most_names_need_no_asking() -> None:
    asked = ["evil.example", "shop.fraud.top", "www.icbc.com.cn", "com", "b.ck", "a.b.ck", "cn"]
    quick = suspects(pa.array([name.encode() for name in asked], pa.binary()), GUARD)
    assert quick.tolist() == [False, False, True, True, True, False, True]
    # Parts of a longer column are looked at where they lie.
    column = pa.array([name.encode() for name in asked], pa.binary())
    assert suspects(column.slice(2, 3), GUARD).tolist() == [True, True, True]
