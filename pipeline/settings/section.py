"""What every section of the settings is: immutable, and strict about names."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
"""A part of a whole, from 0 to 1."""


class Section(BaseModel):
    """A part of the settings with a name of its own; an unknown setting in it is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)
