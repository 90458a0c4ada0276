"""The site file as it now stands in the database: `load_site` reads it, and it seeds to the same again."""

from typing import Any

import yaml
from psycopg import Connection
from psycopg.rows import dict_row

from dispatch.duties_store import load_duties
from dispatch.setup import SQL
from dispatch.site import SiteDevice

Raw = dict[str, Any]
USUAL: Raw = {name: field.get_default() for name, field in SiteDevice.model_fields.items()}


def export_site(connection: Connection, site: str) -> Raw | None:
    """A site file's content, or None where there is no such site; addresses stand in it with their passwords."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        rows = _rows(connection, "site", site)
        if not rows:
            return None
        has_duties = rows[0].pop("has_duties")
        duties = [matter.model_dump() for matter in load_duties(connection)] if has_duties else None
        parts = {"duties": duties, "areas": [_given(row) for row in _rows(connection, "areas", site)]}
        devices = [{"id": row["id"]} | _tidy(row["config"]) for row in _rows(connection, "configs", site)]
        return _given(_said(rows[0]) | parts | {"devices": devices})


def format_site(content: Raw) -> str:
    """As YAML, in the order in which it is told."""
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, default_flow_style=None, width=120)


def _said(row: Raw) -> Raw:
    """Of what a site may leave unsaid only what was said."""
    quiet = {name for name in ("limits", "calendar", "reports") if not row[name]}
    detector = {"detector": _given(row["detector"]) if row["detector"] else None}
    return {name: value for name, value in (row | detector).items() if name not in quiet}


def _tidy(config: Raw) -> Raw:
    """Without what a device is anyway."""
    return {name: value for name, value in config.items() if value != USUAL.get(name)}


def _given(row: Raw) -> Raw:
    return {name: value for name, value in row.items() if value is not None}


def _rows(connection: Connection, name: str, site: str) -> list[Raw]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(SQL[name], {"site": site}).fetchall()
