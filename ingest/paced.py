"""Options of a source that is looked at again and again: how often, and where it is."""

from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Paced(BaseModel):
    """Looked at every `shortest` to `longest` seconds, the sooner the more it says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shortest: Annotated[float, Field(ge=10, le=86_400)] = Field(60.0, description="least seconds between two looks")
    longest: Annotated[float, Field(ge=10, le=604_800)] = Field(600.0, description="most seconds between two looks")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.longest < self.shortest:
            raise ValueError("`longest` must not be less than `shortest`")
        return self


def site(url: str, example: str) -> str:
    """Return the address of a site without a slash at its end; raise `ValueError` with an `example` if it is none."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"give the address {example}")
    return url.rstrip("/")
