"""The shelf of models: trained models by version in a folder, one of them current, all kept for going back.

models/sites/2026-09.zip         immutable files; models/numbers/2026-09.json.gz for numbers
models/sites/history.jsonl       promotions and rollbacks, append-only; the last line names the current
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar

from classifiers.domains import storing
from classifiers.domains.model import SitesModel
from classifiers.domains.shipped import default_model
from classifiers.numbers import model as number_models
from classifiers.numbers.features.catalogue import FEATURES
from classifiers.numbers.model import NumberModel
from pipeline.errors import FanzhaError
from pipeline.settings import Settings

SHIPPED = "shipped"
"""The version that stands for the model of the package."""

M = TypeVar("M")


@dataclass(frozen=True, slots=True)
class Form(Generic[M]):
    """How models of one kind are kept in files."""

    name: str
    suffix: str
    save: Callable[[M, Path], None]
    load: Callable[[Path], M]
    shipped: Callable[[], M]
    """The model of the package, read once."""


def load_numbers(path: Path) -> NumberModel:
    """Read a model that scores call features. Raises `FanzhaError` where it scores something else."""
    model = number_models.load(path)
    strange = [name for name in model.features if name not in FEATURES]
    if strange:
        raise FanzhaError(
            f"{path}: expected a model of call features, and it asks for {strange[0]} and "
            f"{len(strange) - 1} more that no feed has; a model of a table cannot judge numbers"
        )
    return model


SITES: Form[SitesModel] = Form("sites", ".zip", storing.save, storing.load, default_model)
NUMBERS: Form[NumberModel] = Form(
    "numbers", ".json.gz", number_models.save, load_numbers, number_models.shipped
)


@dataclass(frozen=True, slots=True)
class Shelf(Generic[M]):
    """A folder of models of one kind. Making one touches nothing."""

    folder: Path
    form: Form[M]

    def put(self, version: str, model: M) -> Path:
        """Keep a model under a version. Raises `FanzhaError` where that version is there already."""
        self.expect_new(version)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.form.save(model, self._file(version))
        return self._file(version)

    def expect_new(self, version: str) -> None:
        """Raises `FanzhaError` where a version is there already: said before hours of training, too."""
        if version == SHIPPED or self._file(version).exists():
            raise FanzhaError(
                f"expected a new version, {version} is on the shelf {self.folder} already; "
                "train under another version"
            )

    def versions(self) -> list[str]:
        """Every version there is, the shipped one first."""
        found = sorted(path.name for path in self.folder.glob(f"*{self.form.suffix}"))
        return [SHIPPED, *(name.removesuffix(self.form.suffix) for name in found)]

    def current(self) -> str:
        """The version that judges."""
        history = self.history()
        return str(history[-1]["version"]) if history else SHIPPED

    def model(self, version: str | None = None) -> M:
        """The model of a version; the current one by default."""
        version = version or self.current()
        if version == SHIPPED:
            return self.form.shipped()
        kept: M = _kept(self.form.load, self._file(version))
        return kept

    def promote(self, version: str, *, why: str, at: datetime) -> None:
        """Let a version judge from now on. Raises `FanzhaError` where it is not there or cannot be read."""
        if version != SHIPPED:
            self.form.load(self._file(version))
        self._write({"version": version, "at": at.isoformat(), "why": why})

    def _write(self, entry: dict[str, Any]) -> None:
        path = self.folder / "history.jsonl"
        self.folder.mkdir(parents=True, exist_ok=True)
        cut = path.exists() and not path.read_bytes().endswith(b"\n")
        with path.open("a", encoding="utf-8") as file:
            # After a line that a crash cut short a new one begins, or both would be lost.
            file.write(("\n" if cut else "") + json.dumps(entry, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def roll_back(self, *, at: datetime) -> str:
        """Let the version judge that did before the current one, and say which.

        Going back again goes further back: what was rolled back never returns by itself.
        """
        stack = self._promoted()
        if not stack:
            raise FanzhaError(
                "nothing was promoted that was not rolled back: the shipped model judges, and nothing "
                "is before it"
            )
        now, version = stack[-1], stack[-2] if len(stack) > 1 else SHIPPED
        if version != SHIPPED:
            self.form.load(self._file(version))
        why = f"rolled back from {now}"
        self._write({"version": version, "at": at.isoformat(), "why": why, "back": True})
        return version

    def _promoted(self) -> list[str]:
        """The versions that were promoted and not rolled back, the current one last."""
        stack: list[str] = []
        for entry in self.history():
            version = str(entry["version"])
            if entry.get("back"):
                del stack[-1:]
            elif version != (stack[-1] if stack else SHIPPED):
                stack.append(version)
        return stack

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
        return self.folder / f"{version}{self.form.suffix}"


@lru_cache(maxsize=4)
def _kept(load: Callable[[Path], Any], path: Path) -> Any:
    """A model of the shelf, read once: its file never changes, and every batch asks for it."""
    return load(path)


def shelf_of(settings: Settings) -> Shelf[SitesModel]:
    """The shelf of an installation's site models."""
    return Shelf(settings.home / "models" / "sites", SITES)


def number_shelf(settings: Settings) -> Shelf[NumberModel]:
    """The shelf of an installation's number models."""
    return Shelf(settings.home / "models" / "numbers", NUMBERS)


def current_model(settings: Settings) -> SitesModel:
    """The model that judges sites in this installation, for `classifiers.domains.judge(model=…)`."""
    return shelf_of(settings).model()


def current_number_model(settings: Settings) -> NumberModel:
    """The model that scores numbers: the one that the settings name, or the shelf's current one."""
    named = settings.numbers.model
    return NUMBERS.load(named) if named else number_shelf(settings).model()
