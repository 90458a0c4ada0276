"""What is kept of agents' reports: all of it when there is news and once a minute, else what they say of themselves."""

import msgspec

from edge.messages import Status
from ingest.agents import ALL_EVERY_S, DeviceStatus, has_moment
from ingest.arrivals import Boot


class History:
    """A city's reports would take 70 GB a day, nearly all of it as before. Times are epoch seconds."""

    def __init__(self) -> None:
        # by agent: how its devices were in what was kept whole last, and when that was
        self._kept: dict[tuple[str, str], tuple[int, float]] = {}

    def forget(self) -> None:
        """What was kept is not there: keep all of the next ones."""
        self._kept.clear()

    def thinned(self, boot: Boot, status: Status, now: float) -> Status:
        """The report without its devices, if they are as they were in one that was kept."""
        devices: dict[str, DeviceStatus] = {**status.cameras, **status.sensors}
        if status.late or not devices:
            return status
        states = hash(tuple((name, device.state, device.error) for name, device in devices.items()))
        before, at = self._kept.get(boot[:2], (None, 0.0))
        if states != before or has_moment(boot[:2], at, now, ALL_EVERY_S):
            self._kept[boot[:2]] = states, now
            return status
        return msgspec.structs.replace(status, cameras={}, sensors={})
