"""Evidence is compared with its hashes: what was changed, replaced or taken away is named."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.artifacts import ArtifactStore
from pipeline.nouns import Indicator, Kind
from pipeline.soundness import Checked, verify
from pipeline.store import Store, open_store
from tests.pipeline.stock import stock

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
SITE = Indicator(Kind.HOST, "shop.example")


@pytest.fixture
def records(tmp_path: Path, sqlite_template: Path) -> Iterator[Store]:
    database = tmp_path / "fanzha.db"
    database.write_bytes(sqlite_template.read_bytes())
    opened = open_store(f"sqlite:///{database}")
    yield opened
    opened.close()


@pytest.fixture
def artifacts(tmp_path: Path) -> ArtifactStore:
    return ArtifactStore(str(tmp_path / "artifacts"))


def the_one(artifacts: ArtifactStore, records: Store) -> Checked:
    (found,) = verify(artifacts, records)
    return found


def test_what_is_as_it_was_kept_fits(artifacts: ArtifactStore, records: Store) -> None:
    stock(artifacts, {SITE: b"<p>pay here"}, AT, records=records)
    found = the_one(artifacts, records)
    assert (found.records, found.is_recorded, found.faults) == (1, True, ())


def test_a_changed_body_is_named(artifacts: ArtifactStore, records: Store) -> None:
    kept = stock(artifacts, {SITE: b"<p>pay here"}, AT, records=records)
    path = Path(artifacts.url) / "warc" / f"{kept.name}.warc.gz"
    path.write_bytes(bytes(path.stat().st_size))
    changed, body = the_one(artifacts, records).faults
    assert "the file was changed" in changed
    assert "the resource at" in body


def test_a_file_and_its_manifest_replaced_together_are_named(
    artifacts: ArtifactStore, records: Store, tmp_path: Path
) -> None:
    kept = stock(artifacts, {SITE: b"<p>pay here"}, AT, records=records)
    other = ArtifactStore(str(tmp_path / "other"))
    forged = stock(other, {SITE: b"<p>a harmless page"}, AT)
    for end in ("warc.gz", "json"):
        made = Path(other.url) / "warc" / f"{forged.name}.{end}"
        (Path(artifacts.url) / "warc" / f"{kept.name}.{end}").write_bytes(made.read_bytes())
    assert "its manifest was changed" in the_one(artifacts, records).faults[0]


def test_what_was_taken_away_is_named(artifacts: ArtifactStore, records: Store) -> None:
    kept = stock(artifacts, {SITE: b"<p>pay here"}, AT, records=records)
    path = Path(artifacts.url) / "warc" / f"{kept.name}.warc.gz"
    path.unlink()
    assert the_one(artifacts, records).faults == ("the file is missing",)
    path.with_name(path.name.replace(".warc.gz", ".json")).unlink()
    assert the_one(artifacts, records).faults == ("its manifest is missing",)


def test_what_is_no_manifest_is_a_fault(artifacts: ArtifactStore, records: Store) -> None:
    kept = stock(artifacts, {SITE: b"<p>pay here"}, AT, records=records)
    path = Path(artifacts.url) / "warc" / f"{kept.name}.json"
    good = json.loads(path.read_bytes())
    visit = good["visits"][0]
    elsewhere = [{**visit["records"][0], "sha256": "../../../keys/release"}]
    for content in (
        [],
        {**good, "visits": [{}]},
        {**good, "visits": [{**visit, "at": "2026-03-01"}]},
        {**good, "visits": [{**visit, "indicators": ["path:x"]}]},
        {**good, "visits": [{**visit, "records": elsewhere}]},
    ):
        path.write_text(json.dumps(content))
        assert the_one(artifacts, records).faults[0].startswith("its manifest ")
    path.write_text("{")
    assert the_one(artifacts, records).faults[0].startswith("its manifest ")


def test_pointers_are_missed_and_written_anew(artifacts: ArtifactStore, records: Store) -> None:
    stock(artifacts, {SITE: b"<p>pay here"}, AT, records=records)
    for folder in ("at", "seen"):
        shutil.rmtree(Path(artifacts.url) / folder)
    assert the_one(artifacts, records).faults[0].startswith("2 pointers to it are missing")
    assert artifacts.visits_to(SITE) == []
    (mended,) = verify(artifacts, records, mend=True)
    assert (mended.mended, mended.faults) == (2, ())
    (visit,) = artifacts.visits_to(SITE)
    assert artifacts.get(visit["records"][0]["sha256"]) == b"<p>pay here"
    assert the_one(artifacts, records).faults == ()


def test_a_file_that_nobody_wrote_down_is_told_apart(
    artifacts: ArtifactStore, records: Store
) -> None:
    stock(artifacts, {SITE: b"<p>pay here"}, AT)
    found = the_one(artifacts, records)
    assert (found.is_recorded, found.faults) == (False, ())
