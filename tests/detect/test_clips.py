import threading

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from detect.clips import WAITING, Clips, told_again
from detect.incident import Clip, Incident
from detect.recorder import Footage
from detect.shot import Shot
from tests.detect.film import STREET, jpeg
from tests.detect.street import NOON
from tests.detect.told import INCIDENT

SHOTS = [Shot(NOON + number, jpeg(STREET)) for number in range(4)]


class Told:
    def __init__(self) -> None:
        self.registry, self.incidents, self.may_go_on = CollectorRegistry(), list[Incident](), threading.Event()

    def __call__(self, one: Incident) -> None:
        self.may_go_on.wait(10)
        self.incidents.append(one)

    @property
    def dropped(self) -> float:
        return self.registry.get_sample_value("yihu_detect_clips_dropped_total") or 0


def test_what_opened_is_told_again_with_its_clip_alone():
    told = Told()
    told.may_go_on.set()
    clips = Clips(told.registry, told)
    clips.give([Footage(INCIDENT, SHOTS)])
    clips.close()
    (again,) = told.incidents
    assert (again.id, again.phase, again.pictures) == (INCIDENT.id, "update", [])
    assert again.clip
    assert again.clip.at == NOON
    assert again.clip.mp4[4:8] == b"ftyp"


@pytest.mark.parametrize(("was", "says"), [("open", "update"), ("update", "update"), ("clear", "clear")])
def test_what_has_cleared_meanwhile_stays_cleared(was: str, says: str):
    assert told_again(msgspec.structs.replace(INCIDENT, phase=was), Clip(NOON, b"mp4")).phase == says


def test_a_storm_costs_clips_and_no_memory():
    told = Told()
    clips = Clips(told.registry, told)
    clips.give([Footage(INCIDENT, SHOTS)] * (WAITING + 5))
    assert told.dropped == 5
    told.may_go_on.set()
    clips.close()
    assert len(told.incidents) == WAITING


def test_what_cannot_be_filmed_is_counted_and_stops_nothing():
    told = Told()
    told.may_go_on.set()
    clips = Clips(told.registry, told)
    clips.give([Footage(INCIDENT, [Shot(NOON, b"no picture")]), Footage(INCIDENT, SHOTS)])
    clips.close()
    assert (told.dropped, len(told.incidents)) == (1, 1)
