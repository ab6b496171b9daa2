"""The shelf of models: trained models by version in a folder, one of them current, all kept for going back.

models/sites/2026-09.zip …   immutable files
models/sites/history.jsonl   promotions and rollbacks, append-only; the last line names the current
"""

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from classifiers.domains.model import SitesModel
from classifiers.domains.shipped import DEFAULT, default_model
from classifiers.domains.storing import load, save
from pipeline.errors import FanzhaError
from pipeline.settings import Settings

SHIPPED = "shipped"
"""The version that stands for the model of the package."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A folder of models. Making one touches nothing."""

    folder: Path

    def put(self, model: SitesModel) -> Path:
        """Keep a model under its version. Raises `FanzhaError` where that version is there already."""
        if model.version == SHIPPED or self._file(model.version).exists():
            raise FanzhaError(
                f"expected a new version, {model.version} is on the shelf {self.folder} already; "
                "train under another version"
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        save(model, self._file(model.version))
        return self._file(model.version)

    def versions(self) -> list[str]:
        """Every version there is, the shipped one first."""
        return [SHIPPED, *sorted(path.stem for path in self.folder.glob("*.zip"))]

    def current(self) -> str:
        """The version that judges."""
        history = self.history()
        return str(history[-1]["version"]) if history else SHIPPED

    def model(self, version: str | None = None) -> SitesModel:
        """The model of a version; the current one by default."""
        version = version or self.current()
        return default_model() if version == SHIPPED else load(self._file(version))

    def promote(self, version: str, *, why: str, at: datetime) -> None:
        """Let a version judge from now on. Raises `FanzhaError` where it is not there or cannot be read."""
        path = DEFAULT if version == SHIPPED else self._file(version)
        load(path)
        line = json.dumps(
            {"version": version, "at": at.isoformat(), "why": why}, ensure_ascii=False
        )
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "history.jsonl").open("a", encoding="utf-8") as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())

    def roll_back(self, *, at: datetime) -> str:
        """Let the version judge that did before the current one, and say which."""
        history = self.history()
        if not history:
            raise FanzhaError(
                "nothing was promoted yet: the shipped model judges, and nothing is before it"
            )
        now = history[-1]["version"]
        before = [h["version"] for h in history[:-1] if h["version"] != now]
        version = str(before[-1]) if before else SHIPPED
        self.promote(version, why=f"rolled back from {now}", at=at)
        return version

    def history(self) -> list[dict[str, Any]]:
        """Promotions and rollbacks, the oldest first. A last line cut short by a crash is left out."""
        path = self.folder / "history.jsonl"
        if not path.exists():
            return []
        found = []
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
        return found

    def _file(self, version: str) -> Path:
        if not version or "/" in version or version.startswith("."):
            raise FanzhaError(f"expected a version such as 2026-09, got {version!r}")
        return self.folder / f"{version}.zip"


def shelf_of(settings: Settings) -> Shelf:
    """The shelf of an installation."""
    return Shelf(settings.home / "models" / "sites")


def current_model(settings: Settings) -> SitesModel:
    """The model that judges sites in this installation, for `classifiers.domains.judge(model=…)`."""
    return shelf_of(settings).model()
