"""Files come one by one or in a folder, under the contract's names or a carrier's own."""

from pathlib import Path

import pytest

from pipeline.errors import FanzhaError
from pipeline.feeds.arriving import files_of, take_all
from pipeline.feeds.guards import Guards
from tests.pipeline.feeds.conftest import NOW, Desk, call

SUBSCRIBER = "number,activated,as_of\n13800138000,2025-01-01,2026-03-01\n"


def kinds(path: Path, mappings: Path | None = None) -> dict[str, str]:
    return {file.name: mapping.kind for file, mapping in files_of(path, mappings)}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("subscribers.csv", "subscribers"),
        ("SMS-20260301.csv.gz", "sms"),
        ("topups_1.parquet", "topups"),
        ("complaints.csv", "complaints"),
        ("calls.csv", "calls"),
        ("voice.csv", "calls"),
    ],
)
def test_a_single_file_is_of_the_kind_that_its_name_begins_with(
    tmp_path: Path, name: str, kind: str
) -> None:
    path = tmp_path / name
    path.touch()
    assert kinds(path) == {name: kind}


def test_mappings_of_a_folder_are_each_for_their_kind(tmp_path: Path) -> None:
    feed, mappings = tmp_path / "in", tmp_path / "mappings"
    feed.mkdir()
    mappings.mkdir()
    (mappings / "subscribers.toml").write_text(
        'kind = "subscribers"\nfiles = ["HW_USER*"]\n[columns]\nnumber = "msisdn"\n', "utf-8"
    )
    for name in ("hw_user_0301.csv", "calls.csv", "readme.md", ".calls.csv"):
        (feed / name).touch()
    found = files_of(feed, mappings)
    assert [(f.name, m.kind) for f, m in found] == [
        ("hw_user_0301.csv", "subscribers"),
        ("calls.csv", "calls"),
    ]
    assert [m.source("number") for _, m in found] == ["msisdn", "number"]
    assert kinds(feed / "hw_user_0301.csv", mappings) == {"hw_user_0301.csv": "subscribers"}
    # One mapping file with a folder is for the files of its kind.
    one = mappings / "subscribers.toml"
    assert set(kinds(feed, one).values()) == {"subscribers", "calls"}


def test_a_folder_without_feeds_and_a_mapping_of_another_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FanzhaError, match="there is none"):
        files_of(tmp_path, None)
    (tmp_path / "sms.toml").write_text('kind = "calls"\n', "utf-8")
    with pytest.raises(FanzhaError, match=r"calls\.toml"):
        files_of(tmp_path, tmp_path)


def test_every_file_is_told_and_the_counts_add_up(desk: Desk) -> None:
    feed = desk.folder / "in"
    feed.mkdir()
    (feed / "subscribers.csv").write_text(SUBSCRIBER + "13800138001,never,2026-03-01\n", "utf-8")
    for n, rows in enumerate([[call(1), call(2)], [call(3), call(4, callee="")]]):
        desk.write(*rows).rename(feed / f"calls-{n}.csv")
    arrived = take_all(
        feed,
        shelf=desk.shelf,
        keys=desk.keys,
        mappings=None,
        guards=Guards(max_bad=0.5),
        now=NOW,
    )
    assert [(name, d.rows, d.rejected) for name, d in arrived.files] == [
        ("subscribers.csv", 2, 1),
        ("calls-0.csv", 2, 0),
        ("calls-1.csv", 2, 1),
    ]
    assert (arrived.rows, arrived.rejected) == (6, 2)
    assert sum(arrived.reasons.values()) == 2
