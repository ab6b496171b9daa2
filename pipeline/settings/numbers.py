"""Settings: carriers' feeds, and how phone numbers are scored."""

from pathlib import Path

from pydantic import Field

from pipeline.settings.section import Section, Share


class FeedSettings(Section):
    """How carriers' files come in."""

    folder: Path | None = Field(
        None, description="Folder of the normalised feeds and their keys; under home by default."
    )
    zone_minutes: int = Field(
        480, ge=-720, le=840, description="Zone of times without one, in minutes east of UTC."
    )
    keep_days: float = Field(
        7,
        ge=0,
        description="Days for which a carrier's file stays in the inbox's `done/` or `failed/`; its rows are "
        "numbers in the clear. The daily housekeeping removes it.",
    )
    max_bad: Share = Field(0.2, description="Share of bad rows from which a file is refused whole.")
    max_late_days: float = Field(
        7, gt=0, description="Age in days of its newest row from which a file is refused."
    )
    ahead_hours: float = Field(
        1, ge=0, description="Hours by which a row may lie ahead of our clock."
    )
    max_gigabytes: float = Field(
        100, gt=0, description="How large a feed file may be, unpacked, in 10⁹ bytes."
    )
    industry_notices: int = Field(
        1_000_000, ge=1, description="Most notices of the industry's list in one file of a party."
    )
    industry_hits: int = Field(
        1_000,
        ge=1,
        description="Most subscribers that one party's notices may send to review in one check; where "
        "they would send more, none of them is sent.",
    )
    memory: str = Field("4GB", description="Memory of the columnar engine; beyond it, it spills.")
    threads: int = Field(2, ge=1, description="Threads of the columnar engine.")
    spark: str = Field(
        "",
        description="Spark master that computes features past one machine, as in "
        "`spark://host:7077`; empty for DuckDB in this process.",
    )


class NumberSettings(Section):
    """How phone numbers are scored."""

    window_days: int = Field(30, ge=1, description="Days of calls that a score looks back on.")
    judge_at: Share = Field(
        0.02, description="Probability from which a number of a feed is looked at one by one."
    )
    complained_at: Share = Field(
        0.2,
        description="Confidence (Wilson's lower end) from which complaints alone bring a number before a "
        "person: ten people without a record, or one who was always right.",
    )
    judge_limit: int = Field(
        20_000, ge=1, description="Most numbers of one feed that are looked at one by one."
    )
    gateway_tacs: tuple[int, ...] = Field(
        (86012304, 86075504, 35900190),
        description="TACs of devices that are no phones (GoIP gateways, SIM boxes); the default are "
        "the simulator's.",
    )
    risk_areas: tuple[str, ...] = Field(
        ("MM", "KH", "LA"),
        description="Areas where fraud is run from: ISO 3166 alpha-2 or GB/T 2260 codes.",
    )
    points: Path | None = Field(
        None, description="Scheme of points and grades (TOML); the shipped one by default."
    )
    model: Path | None = Field(
        None, description="Number model to score with, instead of the shelf's current one."
    )
