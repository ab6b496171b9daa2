"""The policy as data: thresholds, corroboration, blast radius and expiry, with a name and version."""

import tomllib
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipeline.categories import Category
from pipeline.errors import FanzhaError

DEFAULT = Path(__file__).with_name("default.toml")

Share = Annotated[float, Field(ge=0, le=1)]


class _Terms(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Thresholds(_Terms):
    """Probabilities between which a person must look."""

    block_at: Share
    review_at: Share

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.review_at > self.block_at:
            raise ValueError("review_at must not be above block_at")
        return self


class Corroboration(_Terms):
    """What must stand beside a probability before a machine may block (invariant 4)."""

    voices: int = Field(ge=1)
    trusted: bool


class Blast(_Terms):
    """Names whose block would reach far, which a machine leaves to a person."""

    settled_years: float = Field(ge=0)
    ranked: int = Field(1_000_000, ge=0)


class Expiry(_Terms):
    """How long decisions last, in days."""

    block_days: int = Field(ge=1)
    analyst_block_days: int = Field(ge=1)
    recheck_days: int = Field(ge=1)
    category_days: dict[Category, int] = {}

    def days(self, category: Category | None) -> int:
        """The life of an automatic block of a category."""
        return self.category_days.get(category, self.block_days) if category else self.block_days


class Policy(_Terms):
    """The whole policy. A decision made under it names it as `policy:NAME@VERSION`."""

    name: str = Field(pattern=r"^[a-z0-9-]+$")
    version: int = Field(ge=1)
    sites: Thresholds
    numbers: Thresholds
    corroboration: Corroboration
    blast: Blast
    expiry: Expiry

    @property
    def actor(self) -> str:
        return f"policy:{self.name}@{self.version}"


def load_policy(path: Path | None = None) -> Policy:
    """Read a policy file (TOML), the shipped one by default.

    Raises `FanzhaError` that names the field where the file does not hold a policy.
    """
    path = path or DEFAULT
    try:
        return Policy.model_validate(tomllib.loads(path.read_text("utf-8")))
    except FileNotFoundError as error:
        raise FanzhaError(f"policy {path}: there is no such file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FanzhaError(f"policy {path}: expected TOML ({error})") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise FanzhaError(
            f"policy {path}: {where}: {first['msg']}; compare it with {DEFAULT.name}, which ships"
        ) from error
