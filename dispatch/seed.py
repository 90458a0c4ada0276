"""Brings a site file into the database. What was edited there since is never silently undone."""

import hashlib
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from dispatch import audit
from dispatch.duties import Matter, format_duties
from dispatch.duties_store import hold_duties, load_duties, put_duties
from dispatch.people import Signature
from dispatch.site import Site, SiteDevice
from ingest.queries import load_queries

log = logging.getLogger(__name__)
SQL = load_queries(Path(__file__).with_name("seed.sql"))


class LimitsError(ValueError):
    """A site's limits do not suit the duty list that holds; `problems` names each wrong row."""

    def __init__(self, site: str, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(
            f"the site file of {site} does not suit the duty list that holds, nothing was changed:\n"
            + "\n".join(f"  - {problem}" for problem in problems)
            + "\nChange them there, or first the list: `yihu duties export` prints it, `yihu duties import` takes it"
        )


def seed(connection: Connection, site: Site) -> list[str]:
    """Merge by id, in one transaction; return the devices whose edits in the database were kept against the file.

    Raise DutyListError where its duty list does not suit what the database holds beside this site, LimitsError where
    its limits do not suit the list that holds there.
    """
    with connection.transaction():
        connection.execute(SQL["lock_seeding"])
        before, devices = _present(connection, site.site), _devices(connection, site.site)
        detector = site.detector.model_dump() if site.detector else None
        values = {"id": site.site, "name": site.name, "timezone": site.timezone, "detector": Jsonb(detector)}
        values["limits"] = Jsonb(site.limits.model_dump(exclude_defaults=True))
        values["calendar"] = Jsonb(site.calendar.model_dump(mode="json", exclude_defaults=True))
        values["reports"] = Jsonb(site.reports.model_dump(exclude_defaults=True))
        values["press"] = None if site.press is None else Jsonb(site.press)
        connection.execute(SQL["put_site"], values)
        for area in site.areas:
            connection.execute(SQL["put_area"], area.model_dump() | {"polygon": Jsonb(area.polygon)})
        ids = [device.id for device in site.devices]
        connection.execute(SQL["retire_devices"], {"site": site.site, "ids": ids})
        kept = [device.id for device in site.devices if not _merge(connection, site.site, device)]
        hold_duties(connection)  # a list that is put meanwhile meets these limits, or they meet it
        if site.duties is not None:
            _seed_duties(connection, site.site, site.duties)
        if problems := site.misfits(load_duties(connection)):
            raise LimitsError(site.site, problems)
        _record(connection, site.site, before, devices)  # last: it appends to the audit log, as the duties do
        return kept


def _present(connection: Connection, site: str) -> dict[str, Any]:
    (present,) = connection.execute(SQL["present"], {"site": site}).fetchone() or ({},)
    return dict(present)


def _devices(connection: Connection, site: str) -> dict[str, str]:
    """A digest of what the file said of each device that it has: an address may hold a password."""
    return dict(connection.execute(SQL["devices"], {"site": site}).fetchall())


def _record(connection: Connection, site: str, before: dict[str, Any], devices: dict[str, str]) -> None:
    """What of a site, its devices and the tree of areas the file has changed."""
    after = _present(connection, site)
    ids = _turnover(devices, _devices(connection, site))
    if after == before and not ids:
        return
    entry = audit.Entry(
        at=datetime.now(UTC),
        actor=Signature.SITE_FILE,
        action="seed",
        subject=f"site {site}",
        detail={"devices": ids} if ids else {},
        before=_without_equals(before, after),
        after=_without_equals(after, before),
    )
    audit.append(connection, entry)


def _turnover(before: dict[str, str], after: dict[str, str]) -> dict[str, list[str]]:
    """The ids of the devices that were added (or have come back), changed and retired, as far as there are any."""
    both = before.keys() & after.keys()
    found = {
        "added": after.keys() - before.keys(),
        "changed": {one for one in both if before[one] != after[one]},
        "retired": before.keys() - after.keys(),
    }
    return {what: sorted(ids) for what, ids in found.items() if ids}


def _without_equals(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    areas = {code: area for code, area in one["areas"].items() if other["areas"].get(code) != area}
    return {"site": one["site"], "areas": areas}


def _seed_duties(connection: Connection, site: str, duties: list[Matter]) -> None:
    """Bring a list in when the file's has changed: edits of one that was brought in already stay."""
    digest = hashlib.sha256(format_duties(duties).encode()).hexdigest()
    if connection.execute(SQL["note_duties"], {"site": site, "digest": digest}).fetchone():
        put_duties(connection, duties, Signature.SITE_FILE, datetime.now(UTC))


def _merge(connection: Connection, site: str, device: SiteDevice) -> bool:
    """False when file and database were both changed since the last merge: then the database's word stands."""
    seed = device.model_dump(mode="json", exclude_none=True, exclude={"id"})
    row = connection.execute(SQL["lock_device"], {"site": site, "id": device.id}).fetchone()
    before, present = row or (None, None)
    if before == seed:
        return True
    if present not in (before, seed):
        log.warning("device %s was edited here and in the file: the edit stays, the file's entry waits", device.id)
        return False
    connection.execute(SQL["put_device"], _row(site, device, seed))
    return True


def _row(site: str, device: SiteDevice, seed: dict[str, Any]) -> dict[str, Any]:
    longitude, latitude = device.position or (None, None)
    return {
        "site": site, "id": device.id, "kind": device.kind, "name": device.name or device.id,
        "longitude": longitude, "latitude": latitude, "seed": Jsonb(seed),
    }  # fmt: skip
