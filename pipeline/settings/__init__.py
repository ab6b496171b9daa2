"""Every setting of Fanzha, defined and documented where it stands; read once, at the edge.

Order of precedence: command line, environment (`FANZHA_` and `__` between levels, as in
`FANZHA_CRAWL__TIMEOUT=5`), the file named by `FANZHA_CONFIG` (TOML; `fanzha.toml` in the working
folder by default), then the defaults below. `docs/settings.md` is generated from here.
"""

import os
import tomllib
from datetime import UTC, datetime
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from pipeline.errors import FanzhaError
from pipeline.settings.crawl import CrawlSettings, EvidenceSettings
from pipeline.settings.desk import DeskSettings
from pipeline.settings.intake import IntakeSettings
from pipeline.settings.lists import (
    CarrierSettings,
    DownloadSettings,
    ProtectedSettings,
    ReleaseSettings,
)
from pipeline.settings.numbers import FeedSettings, NumberSettings

__all__ = [
    "CarrierSettings",
    "CrawlSettings",
    "DeskSettings",
    "DownloadSettings",
    "EvidenceSettings",
    "FeedSettings",
    "IntakeSettings",
    "NumberSettings",
    "ProtectedSettings",
    "ReleaseSettings",
    "Settings",
    "load_settings",
]


class Settings(BaseSettings):
    """All settings. Immutable; reading them makes no folder and opens nothing but the file itself."""

    model_config = SettingsConfigDict(
        env_prefix="FANZHA_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
    )

    home: Path = Field(
        default_factory=lambda: Path.home() / ".local/share/fanzha",
        description="Folder of everything that Fanzha keeps: database, artifacts, keys, releases.",
    )
    database: SecretStr | None = Field(
        None, description="SQLAlchemy URL of the store; SQLite under home by default."
    )
    artifacts: str | None = Field(
        None, description="fsspec URL of the artifact store; a folder under home by default."
    )
    releases: Path | None = Field(
        None, description="Folder of the published releases; under home by default."
    )
    inbox: Path | None = Field(
        None,
        description="Folder where `fanzha schedule` looks for new files: `reports/SOURCE/FILE` and "
        "`feeds/CARRIER/FILE`; under home by default.",
    )
    key_file: Path | None = Field(
        None,
        description="Key of the hashes that stand for persons; made on first use with mode 0600.",
    )
    policy: Path | None = Field(
        None, description="TOML of the policy, as in pipeline/policy/default.toml, which ships."
    )
    clock: datetime | None = Field(
        None, description="A fixed present, for reproducible runs; the system's clock by default."
    )
    intake: IntakeSettings = IntakeSettings()
    crawl: CrawlSettings = CrawlSettings()
    evidence: EvidenceSettings = EvidenceSettings()
    protected: ProtectedSettings = ProtectedSettings()
    release: ReleaseSettings = ReleaseSettings()
    downloads: DownloadSettings = DownloadSettings()
    desk: DeskSettings = DeskSettings()

    feeds: FeedSettings = FeedSettings()
    numbers: NumberSettings = NumberSettings()

    @property
    def database_url(self) -> str:
        if self.database is not None:
            return self.database.get_secret_value()
        return f"sqlite:///{self.home / 'fanzha.db'}"

    @property
    def artifacts_url(self) -> str:
        return self.artifacts or str(self.home / "artifacts")

    @property
    def releases_dir(self) -> Path:
        return self.releases or self.home / "releases"

    @property
    def cache_dir(self) -> Path:
        """What only saves time: it may be deleted at any moment."""
        return self.home / "cache"

    @property
    def downloads_dir(self) -> Path:
        return self.home / "downloads"

    @property
    def release_key(self) -> Path:
        return self.home / "keys" / "release.key"

    @property
    def inbox_dir(self) -> Path:
        return self.inbox or self.home / "inbox"

    @property
    def key_path(self) -> Path:
        return self.key_file or self.home / "keys" / "persons.key"

    @property
    def feeds_dir(self) -> Path:
        return self.feeds.folder or self.home / "feeds"

    @property
    def feed_mappings_dir(self) -> Path:
        """Mappings by carrier and kind: `CARRIER/KIND.toml`."""
        return self.home / "mappings"

    @property
    def feed_keys_dir(self) -> Path:
        return self.home / "keys" / "feeds"

    def now(self) -> datetime:
        """The present, in UTC, to the microsecond."""
        if self.clock is None:
            return datetime.now(UTC)
        return self.clock.astimezone(UTC) if self.clock.tzinfo else self.clock.replace(tzinfo=UTC)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        file = Path(os.environ.get("FANZHA_CONFIG", "fanzha.toml"))
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, file)


def load_settings() -> Settings:
    """Read the settings of this process; raises `FanzhaError` that names the one that is wrong."""
    named = os.environ.get("FANZHA_CONFIG")
    if named and not Path(named).is_file():
        raise FanzhaError(f"settings: FANZHA_CONFIG names {named}, and there is no such file")
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "FANZHA_" + "__".join(str(part) for part in first["loc"]).upper()
        raise FanzhaError(
            f"settings: {name}: {first['msg']}, got {first.get('input')!r}; docs/settings.md "
            "lists what each may be"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise FanzhaError(f"settings: {named or 'fanzha.toml'} is not TOML ({error})") from error
