"""What all sections of the settings share."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

MEBIBYTE = 1 << 20
Port = Annotated[int, Field(ge=0, le=65535)]


class Section(BaseModel):
    """A part of maild.yaml: unchangeable, and no word in it that nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid")
