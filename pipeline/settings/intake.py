"""Settings: how reports come in."""

from pydantic import Field

from pipeline.nouns import Standing
from pipeline.settings.section import Section


class IntakeSettings(Section):
    """How reports come in."""

    trusted_sources: tuple[str, ...] = Field(
        ("npa165", "12321", "96110"),
        description="Sources whose single report corroborates an automatic block.",
    )
    verified_sources: tuple[str, ...] = Field(
        ("npa165", "12321", "96110"),
        description="Sources that check who reports (by telephone number, real name or login): each of "
        "their reporters is a voice. Any other source is one voice, whatever names it gives.",
    )
    batch: int = Field(2000, ge=1, description="Reports stored in one transaction.")
    max_line: int = Field(
        1_000_000, ge=100, description="Longest line, in bytes, that is read as a row."
    )
    timezone: str = Field(
        "Asia/Shanghai", description="Zone of times in reports that name none (IANA name)."
    )

    @property
    def standing(self) -> Standing:
        """What the word of each source is worth."""
        return Standing(frozenset(self.trusted_sources), frozenset(self.verified_sources))
