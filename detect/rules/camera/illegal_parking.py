"""A vehicle that stands in a no-parking zone for longer than `dwell` within `hours`.

Who waits in it with others, of whatever kind, as at a light, may do so for `queue` at least. Who stood there already
when the hours began, or an exemption ended, has `grace` to leave before its dwell counts.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from detect.rhythm import Rhythm
from detect.rule import Surroundings
from detect.stays.lasting import Follower
from detect.stays.queue import Queueing, waits_with
from detect.stays.standing import Standing
from detect.stays.stay import Stay
from detect.stays.staying import Dwell, Objects, ParkingSettings
from detect.values import Seconds

VEHICLES = frozenset({"car", "bus", "truck", "motorcycle"})
FIRST = timedelta(minutes=1)  # of the hours; who is first seen within it may have been missed before


class Settings(ParkingSettings):
    severity = "major"
    version: ClassVar[str] = "3"
    kind: Literal["illegal_parking"]
    objects: Objects = ("car", "bus", "truck", "motorcycle")
    dwell: Dwell = 180.0
    queue: Seconds = 300.0
    grace: Seconds = 0.0

    def grace_s(self, began: datetime) -> float:
        return 0.0 if not self.grace or self.holds_at(began - FIRST) else self.grace

    def follow(self, surroundings: Surroundings) -> Follower:
        not_ours = VEHICLES - self.labels
        others = Standing(
            wanted=lambda thing: self.enters(thing, surroundings),
            same_kind=lambda thing: thing.label in not_ours,
            anchored=False,
            rhythm=Rhythm.expect(surroundings.interval_s),
        )
        return Queueing(super().follow(surroundings), others)

    def excuses(self, stay: Stay, others: Sequence[Stay]) -> bool:
        return stay.dwell_s < self.queue and waits_with(stay, others)
