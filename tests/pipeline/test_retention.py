"""Old evidence goes; what a block, an appeal or the queue rests on stays, whole."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.artifacts import ArtifactStore, Bundle
from pipeline.categories import Category
from pipeline.errors import FanzhaError
from pipeline.nouns import Action, Decision, Indicator, Kind
from pipeline.retention import Pruned, held_at, is_held, prune
from pipeline.soundness import verify
from pipeline.store import Store, open_store
from pipeline.store.appeals import Appeal, AppealState, answer_appeal, open_appeal
from pipeline.store.decisions import add_decision
from pipeline.store.reviews import ReviewItem, close_item, open_items
from pipeline.whys import why
from tests.pipeline.stock import stock

NOW = datetime(2024, 3, 1, 8, tzinfo=UTC)
LATER = NOW + timedelta(days=800)
KEEP = timedelta(days=730)


def host(name: str) -> Indicator:
    return Indicator(Kind.HOST, name)


KEPT, GONE = host("kept.example"), host("gone.example")


@pytest.fixture
def records(tmp_path: Path, sqlite_template: Path) -> Iterator[Store]:
    database = tmp_path / "fanzha.db"
    database.write_bytes(sqlite_template.read_bytes())
    opened = open_store(f"sqlite:///{database}")
    yield opened
    opened.close()


@pytest.fixture(params=["folder", "memory"])
def artifacts(request: pytest.FixtureRequest, tmp_path: Path) -> ArtifactStore:
    """A folder, and a store that is only known by URL."""
    folder = str(tmp_path / "artifacts")
    return ArtifactStore({"folder": folder, "memory": f"memory://{tmp_path.name}"}[request.param])


def decide(
    records: Store,
    indicator: Indicator,
    action: Action,
    *,
    until: datetime | None = None,
    subject: Indicator | None = None,
) -> Decision:
    made = Decision(
        indicator, action, Category.TASK_REBATE, "so", "policy:p@1", NOW, until, subject
    )  # fmt: skip
    with records.write() as tx:
        add_decision(tx, made)
    return made


def run(artifacts: ArtifactStore, records: Store, **more: bool) -> Pruned:
    return prune(artifacts, records, keep=KEEP, at=LATER, **more)


def is_there(artifacts: ArtifactStore, indicator: Indicator) -> bool:
    return bool(artifacts.visits_to(indicator))


def test_what_lies_under_a_blocked_domain_is_held(records: Store) -> None:
    domain = Indicator(Kind.DOMAIN, KEPT.value)
    decide(records, domain, Action.BLOCK, until=LATER + timedelta(days=1))
    with records.read() as connection:
        held = held_at(connection, at=LATER)
        after = held_at(connection, at=LATER + timedelta(days=2))
    assert is_held(KEPT, held)
    assert is_held(Indicator(Kind.URL, f"http://www.{KEPT.value}/x"), held)
    assert not is_held(GONE, held)
    assert not is_held(host(f"not-{KEPT.value}"), held)
    assert len(after) == 0


def test_old_visits_go_and_held_ones_stay_whole(artifacts: ArtifactStore, records: Store) -> None:
    stock(artifacts, {KEPT: b"<p>fraud", GONE: b"<p>honest"}, NOW, records=records)
    decide(records, Indicator(Kind.DOMAIN, KEPT.value), Action.BLOCK)
    young = prune(artifacts, records, keep=timedelta(days=1000), at=LATER)
    assert (young.looked_at, young.removed, young.held) == (0, 0, 0)
    assert run(artifacts, records, dry_run=True).removed == 1
    assert is_there(artifacts, GONE)
    done = run(artifacts, records)
    assert (done.removed, done.held, done.unsound) == (1, 1, [])
    assert done.freed > 0
    assert not is_there(artifacts, GONE)
    (visit,) = artifacts.visits_to(KEPT)
    assert artifacts.get(visit["records"][0]["sha256"]) == b"<p>fraud"
    # The smaller file is written down in the place of the old one, and fits.
    assert [(one.is_recorded, one.faults) for one in verify(artifacts, records)] == [(True, ())]
    again = run(artifacts, records)
    assert (again.removed, again.held) == (0, 1)


def test_what_was_dismissed_or_watched_for_ever_is_removed(
    artifacts: ArtifactStore, records: Store
) -> None:
    sites = {action: host(f"{action.value}.example") for action in Action}
    for n, (action, site) in enumerate(sites.items()):
        stock(artifacts, {site: b"<p>page"}, NOW + timedelta(hours=n), records=records)
        decide(records, site, action)
    assert run(artifacts, records).removed == 2
    left = {action for action, site in sites.items() if is_there(artifacts, site)}
    assert left == {Action.BLOCK, Action.ALLOW}


def test_the_queue_and_open_appeals_hold_until_they_are_answered(
    artifacts: ArtifactStore, records: Store
) -> None:
    waiting, judged = host("waiting.example"), host("lure.example")
    block = decide(
        records, host("landing.example"), Action.BLOCK, until=NOW + timedelta(days=1), subject=judged
    )  # fmt: skip
    stock(artifacts, {waiting: b"<p>a", judged: b"<p>b"}, NOW, records=records)
    with records.write() as tx:
        open_items(tx, [ReviewItem(waiting, waiting, None, why("not-sure"), 1.0, NOW)])
        appeal = Appeal(
            "c", block.indicator, block.indicator, block.id, "not us", "zh", LATER, LATER
        )
        number = open_appeal(tx, appeal, sealed=b"")
    assert (run(artifacts, records).removed, is_there(artifacts, judged)) == (0, True)
    with records.write() as tx:
        close_item(tx, waiting, decision=None, at=LATER)
        answer_appeal(tx, number, AppealState.REJECTED, answer="no", by="li", at=LATER)
    assert run(artifacts, records).removed == 2
    assert artifacts.bundles() == []


def test_a_file_that_was_changed_gets_no_hash_that_fits(
    artifacts: ArtifactStore, records: Store
) -> None:
    kept = stock(artifacts, {KEPT: b"<p>fraud", GONE: b"<p>honest"}, NOW, records=records)
    decide(records, KEPT, Action.BLOCK)
    files, root = artifacts._open("warc")
    whole = files.cat_file(f"{root}/{kept.name}.warc.gz")
    files.pipe_file(f"{root}/{kept.name}.warc.gz", whole[:-1] + b"?")
    done = run(artifacts, records)
    assert (done.removed, done.unsound) == (0, [kept.name])
    assert artifacts.bundles() == [kept.name]


def test_a_run_that_was_stopped_halfway_is_ended_by_the_next(
    artifacts: ArtifactStore, records: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    stock(artifacts, {KEPT: b"<p>fraud", GONE: b"<p>honest"}, NOW, records=records)
    decide(records, KEPT, Action.BLOCK)

    def stop(self: ArtifactStore, parts: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ArtifactStore, "remove", stop)
        with pytest.raises(KeyboardInterrupt):
            run(artifacts, records)
    assert len(artifacts.bundles()) == 2
    run(artifacts, records)
    assert len(artifacts.bundles()) == 1
    assert not is_there(artifacts, GONE)
    assert len(artifacts.visits_to(KEPT)) == 1
    assert [one.faults for one in verify(artifacts, records)] == [()]


def test_what_a_killed_batch_left_is_removed_after_a_day(
    tmp_path: Path, records: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    artifacts = ArtifactStore(str(tmp_path / "artifacts"))
    file = tmp_path / "batch"
    file.write_bytes(b"half")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("pipeline.artifacts.write_whole", stop)
        with pytest.raises(KeyboardInterrupt):
            artifacts.put_bundle(Bundle("2026/05/01/20260501T000000-a", file, []))
    (left,) = (path for path in (tmp_path / "artifacts").rglob("*") if path.is_file())
    draft = left.with_name("20260501T000000-b.warc.gz.part")
    draft.write_bytes(b"ha")
    for path, age in ((left, timedelta(hours=30)), (draft, timedelta(hours=2))):
        os.utime(path, times=((LATER - age).timestamp(),) * 2)
    assert run(artifacts, records).leftovers == 1
    assert (left.exists(), draft.exists()) == (False, True)


def test_a_file_that_lost_its_manifest_is_evidence_all_the_same(
    tmp_path: Path, records: Store
) -> None:
    artifacts = ArtifactStore(str(tmp_path / "artifacts"))
    names = [
        stock(artifacts, {site: b"<p>page"}, NOW, records=store).name
        for site, store in ((KEPT, records), (GONE, None))
    ]
    for path in (tmp_path / "artifacts").rglob("*.json"):
        path.unlink()
    left = [tmp_path / "artifacts" / "warc" / f"{name}.warc.gz" for name in names]
    for path in left:
        os.utime(path, times=(NOW.timestamp(),) * 2)
    assert run(artifacts, records).leftovers == 1
    assert [path.exists() for path in left] == [True, False]
    assert [one.faults for one in verify(artifacts, records)] == [("its manifest is missing",)]


def test_pruning_asks_of_each_file_once_however_often_its_sites_were_visited(
    tmp_path: Path, records: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    artifacts = ArtifactStore(str(tmp_path / "artifacts"))
    for week in range(12):
        stock(artifacts, {KEPT: b"<p>same", GONE: f"<p>{week}".encode()}, NOW + week * timedelta(7))
    read: list[str] = []
    ask = ArtifactStore.manifest
    monkeypatch.setattr(
        ArtifactStore, "manifest", lambda self, name: (read.append(name), ask(self, name))[1]
    )
    prune(artifacts, records, keep=KEEP, at=LATER + timedelta(days=365))
    assert artifacts.bundles() == []
    assert len(read) <= 2 * 12


def test_a_body_is_found_in_whichever_file_still_has_it(
    artifacts: ArtifactStore, records: Store
) -> None:
    body = b"<p>the same parked page"
    stock(artifacts, {KEPT: body}, NOW, records=records)
    newer = stock(artifacts, {GONE: body}, NOW + timedelta(days=1), records=records)
    (visit,) = artifacts.visits_to(KEPT)
    sha256 = visit["records"][0]["sha256"]
    assert artifacts.places_of(sha256)[0].warc == newer.name
    decide(records, KEPT, Action.BLOCK)
    run(artifacts, records)
    assert artifacts.get(sha256) == body
    artifacts.remove_bundle(visit["warc"])
    with pytest.raises(FanzhaError, match="retention"):
        artifacts.get(sha256)
