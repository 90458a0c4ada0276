"""Films what opens, beside everything else."""

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore

import msgspec
from prometheus_client import CollectorRegistry, Counter

from detect.clip import make_clip
from detect.incident import Clip, Incident
from detect.recorder import Footage
from edge.messages import BadMessageError

log = logging.getLogger(__name__)

WAITING = 8  # clips that wait to be made, some megabytes each; beyond, an incident has its pictures only


class Clips:
    """Makes one clip after the other in a thread of its own, from which `tell` is called."""

    def __init__(self, registry: CollectorRegistry, tell: Callable[[Incident], None]) -> None:
        self._tell = tell
        self._room = BoundedSemaphore(WAITING)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="clips")
        self._dropped = Counter("yihu_detect_clips_dropped", "Clips that could not be made", registry=registry)

    def give(self, footages: Iterable[Footage]) -> None:
        for footage in footages:
            if self._room.acquire(blocking=False):
                self._pool.submit(self._make, footage)
            else:
                self._dropped.inc()

    def _make(self, footage: Footage) -> None:
        try:
            clip = Clip(footage.shots[0].at, make_clip(footage.shots))
        except BadMessageError as error:
            self._dropped.inc()
            log.warning("no clip of incident %s: %s", footage.incident.id, error)
        else:
            self._tell(told_again(footage.incident, clip))
        finally:
            self._room.release()

    def close(self) -> None:
        """Make what was given, then no more."""
        self._pool.shutdown()


def told_again(incident: Incident, clip: Clip) -> Incident:
    """The same, with its clip, and without the pictures that were sent."""
    phase = "clear" if incident.phase == "clear" else "update"
    return msgspec.structs.replace(incident, phase=phase, pictures=[], clip=clip)
