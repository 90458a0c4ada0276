"""The kinds of matter: what people call them, how grave they are, and how soon each must be dealt with."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from detect.incident import Severity
from dispatch.ticket import Due

ACCEPT, HANDLE, CLOSE = timedelta(hours=2), timedelta(hours=24), timedelta(days=7)  # 2小时接单、24小时处理、7天办结


@dataclass(frozen=True, slots=True)
class Kind:
    zh: str
    en: str
    severity: Severity = "minor"
    accept: timedelta = ACCEPT
    handle: timedelta = HANDLE
    close: timedelta = CLOSE

    def due(self, received_at: datetime) -> Due:
        """When each step is due, counted from receipt."""
        return Due(received_at + self.accept, received_at + self.handle, received_at + self.close)


KINDS = {
    "illegal_parking": Kind("违法停车", "Illegal parking", "major"),
    "fire_lane_blocked": Kind("消防通道占用", "Fire lane blocked", "critical"),
    "ebike_misparked": Kind("电动车乱停", "E-bike misparked"),
    "street_lamp": Kind("路灯不亮", "Street lamp out"),
    "rubbish": Kind("垃圾堆积", "Rubbish"),
    "road_damage": Kind("道路破损", "Road damage", "major"),
    "manhole_open": Kind("井盖缺失", "Manhole open", "critical"),
    "flood": Kind("积水内涝", "Standing water", "critical"),
    "other": Kind("其他事项", "Other matter"),
}


def kind_of(name: str) -> Kind:
    """The kind of that name; one that a newer detector sends and this table lacks counts as another matter."""
    return KINDS.get(name, KINDS["other"])
