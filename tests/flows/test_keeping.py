"""The daily run that removes what may no longer be kept, and says how much that was."""

from datetime import timedelta
from pathlib import Path

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
