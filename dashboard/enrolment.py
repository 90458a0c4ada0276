"""/api/enrol and /api/sites/…/enrolments: how a box on the street becomes an edge agent."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from dashboard.access import Address, Database
from dashboard.devices import Name
from dashboard.models import NO_NUL, Line, Time
from dashboard.problems import responses
from dashboard.setup import Installer, reached_site
from dispatch import enrolment
from edge.broker import BrokerAddress, is_loopback
from edge.topics import NAME

router = APIRouter(prefix="/api", tags=["setup"], responses=responses(409, 422, 503))

NO_BROKER = (
    "The street cannot reach the broker: set YIHU_EDGE_MQTT_URL, at the web, to its address, with the login that"
    " agents are to have"
)
MOST_MINUTES = int(enrolment.LONGEST_LIFE.total_seconds()) // 60
USUAL_MINUTES = int(enrolment.LIFE.total_seconds()) // 60


class EnrolmentBody(BaseModel):
    """`agent` is the name that the box is to have; `minutes` says how long the token lasts."""

    model_config = ConfigDict(extra="forbid")
    agent: Annotated[str, Field(pattern=f"^{NAME.pattern}$")]
    minutes: Annotated[int, Field(ge=1, le=MOST_MINUTES)] = USUAL_MINUTES


class Enrolment(BaseModel):
    """A token that waits for its box."""

    id: str
    agent: str
    made_by: str
    made_at: Time
    expires_at: Time


class NewEnrolment(Enrolment):
    """`token` is shown only now; `yihu edge enrol URL TOKEN` on the box takes it, once."""

    token: str


class EnrolBody(BaseModel):
    """What a box shows and says of itself."""

    model_config = ConfigDict(extra="forbid")
    token: Annotated[str, Field(max_length=100, pattern=NO_NUL)]
    host: Line = ""
    version: Line = ""


class Enrolled(BaseModel):
    """What a box is from now on. `broker` holds its login; `at` is this server's time, in epoch seconds.

    `devices` are the configurations of its cameras and sensors, as they come by the broker.
    """

    site: str
    agent: str
    broker: str
    at: float
    devices: dict[str, dict[str, Any]]


@router.post("/sites/{site}/enrolments", status_code=201, responses=responses(401, 403, 404))
def make(request: Request, database: Database, who: Installer, site: Name, body: EnrolmentBody) -> NewEnrolment:
    """A token for one box; with it comes the broker's login, so it takes whoever reaches the whole site."""
    reached_site(database, who, site)
    _broker(request)
    life, now = timedelta(minutes=body.minutes), datetime.now(UTC)
    made, token = enrolment.make_token(database, site, body.agent, who.signature, now, life)
    return NewEnrolment(token=token, **_shown(made))


@router.get("/sites/{site}/enrolments", responses=responses(401, 403, 404))
def list_enrolments(database: Database, who: Installer, site: Name) -> list[Enrolment]:
    """The tokens that wait for their boxes, the oldest first."""
    reached_site(database, who, site)
    return [Enrolment(**_shown(one)) for one in enrolment.list_tokens(database, site, datetime.now(UTC))]


@router.delete("/sites/{site}/enrolments/{id}", status_code=204, responses=responses(401, 403, 404))
def revoke(database: Database, who: Installer, site: Name, id: Line) -> None:  # noqa: A002 - the resource's name
    """Let no box in by a token that has not been used."""
    reached_site(database, who, site)
    enrolment.revoke_token(database, site, id, who.signature, datetime.now(UTC))


@router.post("/enrol", responses=responses(404, 429))
def enrol(request: Request, database: Database, address: Address, body: EnrolBody) -> Enrolled:
    """Take a token, once; without a session, as the token is all that a new box has."""
    broker, now = _broker(request), datetime.now(UTC)
    if BrokerAddress.parse(broker).is_local and not is_loopback(address):
        raise HTTPException(409, NO_BROKER)
    box = {"host": body.host, "version": body.version}
    granted = enrolment.redeem(database, body.token, address, box, now)
    return Enrolled(**granted._asdict(), broker=broker, at=now.timestamp())


def _broker(request: Request) -> str:
    """Where agents find it; without that, no token is worth anything, and none is spent."""
    broker: str | None = request.app.state.street_broker
    if broker is None:
        raise HTTPException(409, NO_BROKER)
    return broker


def _shown(made: enrolment.Enrolment) -> dict[str, Any]:
    return {name: value for name, value in made._asdict().items() if name != "site"}
