"""The daily run that removes what may no longer be kept, and says how much that was."""

from datetime import timedelta
from pathlib import Path

from flows.inbox import arrivals, file_away
from flows.keeping import keep_house
from pipeline.artifacts import ArtifactStore
from pipeline.nouns import Action, Decision, Indicator, Kind
from pipeline.settings import Settings
from pipeline.store import open_store
from pipeline.store.decisions import add_decision
from tests.pipeline.stock import stock

BLOCKED, DISMISSED = Indicator(Kind.HOST, "fraud.example"), Indicator(Kind.HOST, "honest.example")


def test_the_clock_removes_old_evidence_of_what_was_dismissed(tmp_path: Path) -> None:
    settings = Settings.model_validate({"home": tmp_path, "evidence": {"keep_days": 30}})
    seen = settings.now() - timedelta(days=31)
    artifacts = ArtifactStore(settings.artifacts_url)
    store = open_store(settings.database_url)
    stock(artifacts, {BLOCKED: b"<p>fraud", DISMISSED: b"<p>honest"}, seen, records=store)
    with store.write() as tx:
        for one, action in ((BLOCKED, Action.BLOCK), (DISMISSED, Action.DISMISS)):
            add_decision(tx, Decision(one, action, None, "so", "policy:p@1", seen))
    store.close()
    told = dict(keep_house(settings))
    assert told["appellants forgotten"] == "0"
    assert told["visits removed"].startswith("1, ")
    assert told["old visits that stay"].startswith("1, ")
    assert artifacts.visits_to(DISMISSED) == []
    assert len(artifacts.visits_to(BLOCKED)) == 1


def test_a_carrier_s_files_are_the_owner_s_alone_and_do_not_stay(tmp_path: Path) -> None:
    settings = Settings.model_validate({"home": tmp_path, "feeds": {"keep_days": 3}})
    for what, sender in (("feeds", "c"), ("reports", "hotline")):
        folder = settings.inbox_dir / what / sender
        folder.mkdir(parents=True)
        for name in ("good.csv", "bad.csv"):
            (folder / name).write_text("caller\n13800138000\n")
        for arrival in arrivals(settings.inbox_dir, what):  # type: ignore[arg-type]
            failed = "no such column" if arrival.path.name == "bad.csv" else ""
            file_away(settings.inbox_dir, arrival, failed=failed)
    filed = [p for part in ("done", "failed") for p in (settings.inbox_dir / part).rglob("*")]
    assert len([p for p in filed if p.is_file()]) == 6
    assert {oct(p.stat().st_mode & 0o777) for p in filed if p.is_file()} == {"0o600"}
    assert {oct(p.stat().st_mode & 0o777) for p in filed if p.is_dir()} == {"0o700"}

    assert dict(keep_house(settings))["feed files removed from the inbox"] == "0"
    later = settings.model_copy(update={"clock": settings.now() + timedelta(days=3, minutes=1)})
    assert dict(keep_house(later))["feed files removed from the inbox"] == "2"
    left = {p.relative_to(settings.inbox_dir).as_posix() for p in filed if p.is_file()}
    assert {name for name in left if (settings.inbox_dir / name).exists()} == {
        "failed/feeds/c/bad.csv.why",
        "done/reports/hotline/good.csv",
        "failed/reports/hotline/bad.csv",
        "failed/reports/hotline/bad.csv.why",
    }
