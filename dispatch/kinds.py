"""The kinds of matter: how grave they are, and how soon each must be dealt with."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from detect.incident import Severity
from dispatch.ticket import Due

ACCEPT, HANDLE, CLOSE = timedelta(hours=2), timedelta(hours=24), timedelta(days=7)  # 2小时接单、24小时处理、7天办结


@dataclass(frozen=True, slots=True)
class Kind:
    severity: Severity = "minor"
    accept: timedelta = ACCEPT
    handle: timedelta = HANDLE
    close: timedelta = CLOSE

    def due(self, received_at: datetime) -> Due:
        """When each step is due, counted from receipt."""
        return Due(received_at + self.accept, received_at + self.handle, received_at + self.close)


KINDS = {
    "illegal_parking": Kind("major"),
    "fire_lane_blocked": Kind("critical"),
    "ebike_misparked": Kind(),
    "debris": Kind("major"),
    "fire": Kind("critical"),
    "smoke": Kind("critical"),
    "flood": Kind("critical"),
    "crowd": Kind("major"),
    "intrusion": Kind("major"),
    "slope_movement": Kind("critical"),
    "gas_leak": Kind("critical"),
    "manhole_open": Kind("critical"),
    "sos": Kind("critical"),
    "sensor_fault": Kind(),
    "street_lamp": Kind(),
    "rubbish": Kind(),
    "road_damage": Kind("major"),
    "other": Kind(),
}


def kind_of(name: str) -> Kind:
    """The kind of that name; one that a newer detector sends and this table lacks counts as another matter."""
    return KINDS.get(name, KINDS["other"])
