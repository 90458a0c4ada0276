from itertools import pairwise
from uuid import UUID

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from detect.incident import Incident
from detect.recorder import AFTER_S, BEFORE_S, FEWEST, Footage, Recorder
from detect.shot import Shot
from tests.detect.street import NOON, times
from tests.detect.told import INCIDENT


def said(phase: str, at: float, number: int = 1) -> Incident:
    return msgspec.structs.replace(INCIDENT, id=UUID(int=number), phase=phase, at=at)


def play(recorder: Recorder, moments: list[float], *told: Incident) -> list[Footage]:
    """Frames at these moments; each incident is told of with the first frame that is not before it."""
    found, left = list[Footage](), list(told)
    for at in moments:
        now = [one for one in left if one.at <= at]
        left = [one for one in left if one.at > at]
        found += recorder.take(Shot(at, f"{at:.2f}".encode()), now)
    return found


@given(st.sampled_from([1.0, 2.0, 5.0, 12.0, 25.0]), st.floats(0, 20))
def test_the_seconds_around_an_opening_are_kept_and_never_more_often_than_anything_is_looked_at(
    fps: float, after: float
):
    opened = NOON + after
    (footage,) = play(Recorder(), times(NOON, after + 10, fps), said("open", opened))
    moments = [shot.at for shot in footage.shots]
    assert all(later - earlier >= 0.19 for earlier, later in pairwise(moments))
    slack_s = 1 / fps + 0.25  # when the next frame comes that is kept
    assert max(NOON, opened - BEFORE_S) - slack_s <= moments[0] <= max(NOON, opened - BEFORE_S) + slack_s
    assert opened + AFTER_S - slack_s <= moments[-1] <= opened + AFTER_S + slack_s
    assert all(shot.jpeg == f"{shot.at:.2f}".encode() for shot in footage.shots)


def test_it_is_told_again_as_it_is_by_then():
    (footage,) = play(Recorder(), times(NOON, 12, 5), said("open", NOON + 5), said("clear", NOON + 7))
    assert footage.incident.phase == "clear"


def test_what_only_changes_or_clears_is_not_filmed():
    assert play(Recorder(), times(NOON, 12, 5), said("update", NOON + 5), said("clear", NOON + 7)) == []


def test_each_of_two_that_overlap_is_filmed():
    found = play(Recorder(), times(NOON, 12, 5), said("open", NOON + 4), said("open", NOON + 6, number=2))
    assert [footage.incident.id.int for footage in found] == [1, 2]


def test_a_camera_that_sends_seldom_has_no_moving_pictures():
    assert play(Recorder(), [NOON + 600 * number for number in range(9)], said("open", NOON + 1800)) == []


def test_where_nothing_moves_the_last_frame_stands_for_those_that_were_held_back():
    recorder, found = Recorder(), list[Footage]()
    for beat in range(6):
        at = NOON + 2 * beat
        for held in range(1, 10) if beat else ():
            recorder.stand(at - 2 + held / 5)
        found += play(recorder, [at], *([said("open", at)] if beat == 2 else []))
    (footage,) = found
    moments = [shot.at for shot in footage.shots]
    assert all(later - at < 0.25 for at, later in pairwise(moments))
    assert {shot.jpeg for shot in footage.shots} == {f"{NOON + 2 * beat:.2f}".encode() for beat in range(5)}


def test_before_the_first_frame_nothing_stands_for_any():
    recorder = Recorder()
    recorder.stand(NOON)
    assert play(recorder, [NOON + 1], said("open", NOON + 1)) == []


def test_a_clock_that_was_set_back_ends_a_recording_and_mixes_nothing():
    recorder = Recorder()
    play(recorder, times(NOON, 5, 5), said("open", NOON + 4))
    (footage,) = play(recorder, times(NOON - 3600, 5, 5), said("open", NOON - 3600 + 4, number=2))[:1]
    assert all(shot.at >= NOON for shot in footage.shots)
    assert len(footage.shots) >= FEWEST


def test_no_more_is_kept_than_the_last_seconds():
    recorder = Recorder()
    play(recorder, times(NOON, 600, 25))
    assert len(recorder._ring) <= BEFORE_S / 0.19 + 1
