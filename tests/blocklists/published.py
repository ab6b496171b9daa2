"""Real releases for tests of what stands on them: decisions in, `blocklists.release` out."""

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from blocklists import release
from blocklists.build import build
from pipeline import protected
from pipeline.nouns import Decision, Release
from pipeline.settings import ReleaseSettings, Settings
from pipeline.signatures import Signer
from tests.blocklists.decided import NOW

GUARD = protected.load(Settings(home=Path("/nonexistent")))


class Published:
    """A home whose releases come one after the other."""

    def __init__(self, home: Path, **chosen: Any) -> None:
        self.settings = Settings(home=home, release=ReleaseSettings.model_validate(chosen))
        self.folder = self.settings.releases_dir
        self.serial = 0
        self._previous: str | None = None

    @property
    def key(self) -> str:
        """The publisher's public key, as minisign writes it."""
        return Signer.from_file(self.settings.release_key).public

    def go_on(self) -> None:
        """Take up the releases that the folder holds already."""
        index = (self.folder / "latest" / "index.json").read_bytes()
        self.serial = json.loads(index)["serial"]
        self._previous = hashlib.sha256(index).hexdigest()

    def publish(self, *decisions: Decision, at: datetime = NOW) -> Path:
        """One more release that lists what these decisions say."""
        self.serial += 1
        built = build(decisions, protected=GUARD, at=at)
        reserved = Release(self.serial, at, self.serial, self._previous, "", 0)
        self._previous = release.write(
            built, release=reserved, directory=self.folder, settings=self.settings
        )
        return self.folder / str(self.serial)
