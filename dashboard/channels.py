"""/api/channels: where somebody, or a department, is told. Admins set it: the server sends to whatever is named."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from dashboard.access import Admin, Database, Who
from dashboard.models import NO_NUL, Line
from dashboard.problems import responses
from detect.values import Hours
from dispatch import channels, notices
from dispatch.notices_store import find_channel
from dispatch.transitions import Role

router = APIRouter(prefix="/api/channels/{holder:path}", tags=["people"], responses=responses(401, 403, 422, 503))


class Channel(BaseModel):
    """That a channel is set, and of what kind: its address may hold a password and is never shown."""

    holder: str
    scheme: str
    quiet: str
    digest_s: float
    timezone: str


class NewChannel(BaseModel):
    """`url` is one of Apprise. In the `quiet` hours, local, only what is critical is sent; what is null is as usual."""

    model_config = ConfigDict(extra="forbid")
    url: Annotated[str, Field(min_length=1, max_length=2000, pattern=NO_NUL)]
    quiet: Hours | None = None
    digest_s: Annotated[float, Field(ge=0, le=channels.LONGEST_DIGEST_S)] | None = None
    timezone: Line | None = None


def _own(who: Who, holder: Line) -> str:
    """In whose name notices are taken by whoever asks."""
    if who.role is not Role.ADMIN and who.holder != holder:
        raise HTTPException(403, "only an admin sees where others are told")
    return holder


Own = Annotated[str, Depends(_own)]


@router.get("", responses=responses(404))
def get_channel(database: Database, holder: Own) -> Channel:
    channel = find_channel(database, holder)
    if channel is None:
        raise HTTPException(404, f"no channel is set for {holder}")
    return Channel.model_validate({"holder": holder} | channels.shown(channel))


@router.put("")
def put_channel(database: Database, who: Admin, holder: Line, body: NewChannel) -> Channel:
    """Tell a person, or a department, there from now on."""
    channel = notices.Channel(**body.model_dump(exclude_none=True))
    channels.set_channel(database, holder, channel, who.signature, datetime.now(UTC))
    return Channel.model_validate({"holder": holder} | channels.shown(channel))


@router.delete("", status_code=204)
def remove_channel(database: Database, who: Admin, holder: Line) -> None:
    """Tell a person, or a department, nowhere any more."""
    channels.remove_channel(database, holder, who.signature, datetime.now(UTC))
