"""A store, and the releases that are made of it, one after the other."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from blocklists import chain
from blocklists.publish import Published, publish
from pipeline.nouns import Action, Decision, Indicator
from pipeline.settings import ReleaseSettings, Settings
from pipeline.store import Store, open_store
from pipeline.store.decisions import add_decision, head_of
from tests.blocklists.decided import NOW, block


class Office:
    """Decides, and publishes what is decided."""

    def __init__(self, home: Path, **chosen: Any) -> None:
        self.home = home
        self.settings = Settings(home=home, release=ReleaseSettings.model_validate(chosen))
        self.store: Store = open_store(self.settings.database_url)

    def decide(self, *decisions: Decision) -> None:
        with self.store.write() as tx:
            for decision in decisions:
                head = head_of(tx, decision.indicator)
                add_decision(tx, replace(decision, supersedes=head.id if head else None))

    def lift(
        self, key: str, action: Action = Action.DISMISS, *, actor: str = "analyst:lin"
    ) -> None:
        self.decide(Decision(Indicator.from_key(key), action, None, "appeal", actor, NOW))

    def renew(self, key: str, *, days: int) -> None:
        self.decide(block(key, days=days))

    def publish(self, at: datetime = NOW) -> Published:
        return publish(self.store, settings=self.settings, now=at)

    def walk(self, *, public: str | None = None, since: int | None = None) -> list[chain.Checked]:
        keys = [public] if public else chain.trusted_keys(self.settings)
        keep, full = self.settings.release.keep, self.settings.release.keep_full
        folder = self.settings.releases_dir
        return list(chain.walk(folder, public=keys, keep=keep, keep_full=full, since=since))

    def read(self, name: str) -> str:
        return (self.settings.releases_dir / "latest" / name).read_text()

    def index(self) -> dict[str, Any]:
        index: dict[str, Any] = json.loads(self.read("index.json"))
        return index

    def listed(self) -> set[str]:
        """The values of all entries."""
        return {json.loads(line)["value"] for line in self.read("entries.jsonl").splitlines()}
