"""How soon a site wants its matters dealt with, where it differs from what is usual; pure."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from detect.values import Seconds
from dispatch.kinds import KINDS, kind_of
from dispatch.ticket import Due

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Limit = Annotated[Seconds, Field(gt=0)]


def _check_kind(name: str) -> str:
    if name not in KINDS:
        raise ValueError(f"unknown kind {name!r}; known: {', '.join(KINDS)}")
    return name


class Steps(BaseModel):
    """Seconds from receipt until each step is due; None: as usual for the kind."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    accept: Limit | None = None
    handle: Limit | None = None
    close: Limit | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "Steps":
        given = [limit for limit in (self.accept, self.handle, self.close) if limit is not None]
        if given != sorted(given):
            raise ValueError("a later step is due before an earlier one: accept, then handle, then close")
        return self


class Limits(Steps):
    """`limits:` of a site file; `kinds` are those that have limits of their own."""

    kinds: dict[Annotated[str, AfterValidator(_check_kind)], Steps] = {}

    @model_validator(mode="after")
    def _all_in_order(self) -> "Limits":
        for kind in KINDS:
            steps = due(kind, EPOCH, self)
            if not steps.accept <= steps.handle <= steps.close:
                raise ValueError(
                    f"with what is usual, a later step of {kind} is due before an earlier one: give all three"
                )
        return self


def due(kind: str, received_at: datetime, limits: Limits) -> Due:
    """When each step of a matter is due: as the site says for the kind, or for all, else as is usual."""
    usual = kind_of(kind).due(received_at)
    own = limits.kinds.get(kind, Steps())

    def at(given: float | None, otherwise: float | None, else_at: datetime) -> datetime:
        limit = given or otherwise
        return received_at + timedelta(seconds=limit) if limit else else_at

    return Due(
        at(own.accept, limits.accept, usual.accept),
        at(own.handle, limits.handle, usual.handle),
        at(own.close, limits.close, usual.close),
    )
