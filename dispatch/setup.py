"""What is watched for at a device, as it stands in the database, and how people change it.

An edit leaves `seed`, what the site file said, as it is: so a later file does not silently undo it (dispatch/seed.py).
"""

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb
from pydantic import ValidationError

from detect.config import CameraConfig, SensorConfig, SensorRule, ZoneOrLine
from dispatch import audit
from dispatch.site import SiteDevice, problems_of
from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("setup.sql"))
WATCHED = {"camera": "zones", "sensor": "rules"}  # the part of a configuration that is edited, by the kind of device


class SetupError(ValueError):
    """What was to be watched for makes no sense; `problems` names each wrong entry by its path."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("Nothing was changed: " + "; ".join(problems))


class NoSuchDeviceError(LookupError):
    """Nothing of that name can be set up."""


class StaleSetupError(ValueError):
    """Somebody else has changed it since it was read."""


class Setup(NamedTuple):
    """A device as it is configured; `version` changes with it, `edited`: it is not as the site file has it."""

    site: str
    device: str
    kind: str
    name: str
    config: dict[str, Any]
    edited: bool
    version: str
    timezone: str
    detector: dict[str, Any] | None

    @property
    def watched(self) -> dict[str, Any]:
        """Its zones, or a sensor's rules, as they stand in the configuration."""
        return {self._part: self.config.get(self._part, [])}

    @property
    def camera(self) -> CameraConfig:
        """As detect reads it."""
        return CameraConfig.model_validate(self._published)

    @property
    def sensor(self) -> SensorConfig:
        return SensorConfig.model_validate(self._published)

    @property
    def _published(self) -> dict[str, Any]:
        return self.config | {"timezone": self.timezone, "detector": self.detector}

    @property
    def _part(self) -> str:
        return WATCHED[self.kind]

    def checked(self, given: list[Any]) -> "Setup":
        """The same with other zones (of a sensor: rules); raise SetupError. The site file's own models check them."""
        # where the camera is was checked when it came in: its clip may lie on its agent's machine only
        address = {"camera": "0"} if self.kind == "camera" else {}
        try:
            entry = self.config | {"id": self.device, self._part: given} | address
            device = SiteDevice.model_validate(entry, context={"folder": Path()})
        except ValidationError as error:
            raise SetupError(problems_of(error)) from error
        _refuse_twins(device.zones)
        return self._replace(config=self.config | {self._part: _plain(device.zones or device.rules)})


def _plain(entries: list[ZoneOrLine] | list[SensorRule]) -> list[Any]:
    """As the site file's seed has them: so that a file that catches up with an edit is no conflict."""
    return [entry.model_dump(mode="json", exclude_none=True) for entry in entries]


def _refuse_twins(zones: list[ZoneOrLine]) -> None:
    twins = [name for name, count in Counter(zone.id for zone in zones).items() if count > 1]
    if twins:
        raise SetupError([f"zones: {name!r} is there more than once" for name in twins])


def load_setup(connection: Connection, site: str, device: str) -> Setup:
    """Raise NoSuchDeviceError, also for what has no configuration, such as an agent."""
    with connection.cursor(row_factory=class_row(Setup)) as cursor:
        found = cursor.execute(SQL["setup"], {"site": site, "device": device}).fetchone()
    if found is None or found.kind not in WATCHED:
        raise NoSuchDeviceError(f"{site}/{device} is not there")
    return found


def change_setup(
    connection: Connection, site: str, device: str, given: list[Any], version: str, by: str, now: datetime
) -> Setup:
    """Put other zones, or rules of a sensor, in place of those of `version`; ingest publishes them within a second.

    Raise NoSuchDeviceError, StaleSetupError where somebody else was quicker, SetupError where they make no sense.
    """
    key = {"site": site, "device": device}
    with connection.transaction():
        connection.execute(SQL["lock_device"], key)
        before = load_setup(connection, site, device)
        if before.version != version:
            raise StaleSetupError(f"{site}/{device} was changed meanwhile: read it again")
        after = before.checked(given)
        if after.config == before.config:
            return before
        try:
            connection.execute(SQL["put_setup"], key | {"changes": Jsonb(after.watched)})
        except psycopg.errors.UntranslatableCharacter as error:
            raise SetupError(["a name has a character in it that no text has"]) from error
        changed = load_setup(connection, site, device)
        audit.append(connection, _entry(before, changed, by, now))  # last: one appends at a time
        return changed


def _entry(before: Setup, after: Setup, by: str, now: datetime) -> audit.Entry:
    return audit.Entry(
        at=now,
        actor=by,
        action="set_up",
        subject=f"device {after.site}/{after.device}",
        before=before.watched,
        after=after.watched,
    )
