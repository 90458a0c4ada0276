"""Pictures and clips: to most people without the faces and number plates in them."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Response

from dashboard import reads
from dashboard.access import Database, Who, having, in_person
from dashboard.problems import responses
from dashboard.reads import Content
from detect.incident import Box
from detect.privacy import redacted
from dispatch import audit
from dispatch.people import Person
from dispatch.transitions import UNREDACTED
from edge.messages import BadMessageError

router = APIRouter(prefix="/api", tags=["tickets"], responses=responses(401, 422, 503))

Suffix = Literal["jpg", "png", "mp4"]
Entitled = Annotated[Person, Depends(having(*UNREDACTED))]
KEPT = {"Cache-Control": "private, max-age=31536000, immutable"}
NOT_KEPT = {"Cache-Control": "no-store"}  # the next one at this screen is to ask, too
GONE = "It was kept until its ticket had been closed for long, and is there no more"
UNDER_WAY, CACHED_BYTES = 64, 1_000_000  # pictures that many screens ask for at once are redacted once


@router.get("/evidence/{evidence}/masked.{suffix}", response_class=Response, responses=responses(404, 410))
def get_evidence(database: Database, who: Who, evidence: UUID, suffix: Suffix) -> Response:
    """A picture or clip, its faces and number plates unreadable; its content never changes under its name."""
    found, data = _find(database, who, evidence, suffix)
    try:
        shown = _masked(found, data)
    except BadMessageError as error:
        raise HTTPException(404, f"This can only be seen in full, by those who may: {error}") from error
    return Response(shown, media_type=found.media_type, headers=KEPT)


@router.get(
    "/evidence/{evidence}/full.{suffix}",
    response_class=Response,
    responses=responses(403, 404, 410),
    dependencies=[Depends(in_person)],
)
def get_full_evidence(database: Database, who: Entitled, evidence: UUID, suffix: Suffix) -> Response:
    """The same as it was taken in; the audit log tells of each look."""
    found, data = _find(database, who, evidence, suffix)
    audit.append(database, _look(who, evidence, found))
    return Response(data, media_type=found.media_type, headers=NOT_KEPT)


def _look(who: Person, evidence: UUID, found: Content) -> audit.Entry:
    """What was in fact shown, for another may take its place."""
    seen = {"evidence": str(evidence), "role": found.role, "taken_at": found.at.isoformat(), "sha256": found.sha256}
    now = datetime.now(UTC)
    return audit.Entry(at=now, actor=who.signature, action="look", subject="evidence", ticket=found.ticket, detail=seen)


def _find(database: Database, who: Person, evidence: UUID, suffix: Suffix) -> tuple[Content, bytes]:
    found = reads.evidence(database, who, evidence)
    if found is None or reads.SUFFIX[found.media_type] != suffix:
        raise HTTPException(404, "There is no such picture; a better one may have taken its place: read the ticket")
    if found.data is None:
        raise HTTPException(410, f"{GONE}: removed at {found.removed_at:%Y-%m-%dT%H:%MZ}, SHA-256 {found.sha256}")
    return found, found.data


def _masked(found: Content, data: bytes) -> bytes:
    """Raise BadMessageError where that cannot be."""
    if found.redactions is None or len(data) > CACHED_BYTES:
        return redacted(data, found.redactions)
    return _redacted(data, tuple((left, top, right, bottom) for left, top, right, bottom in found.redactions))


@lru_cache(UNDER_WAY)
def _redacted(data: bytes, parts: tuple[Box, ...]) -> bytes:
    return redacted(data, parts)
