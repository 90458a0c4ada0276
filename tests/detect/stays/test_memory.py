import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from detect.rule import Finding
from detect.stays.memory import LastingMemory
from tests.detect.street import NOON, TRUCK, Street, thing, times

CAR, TRUCK_BEFORE = thing(), thing(TRUCK, label="truck", score=0.3)
SHOWN = st.sampled_from([(CAR,), (CAR, TRUCK_BEFORE), (TRUCK_BEFORE,), ()])


def restarted(street: Street) -> Street:
    memory = msgspec.msgpack.decode(msgspec.msgpack.encode(street.rule.memory()), type=LastingMemory)
    after = Street(dwell=10)
    after.rule.resume(memory)
    return after


def gist(findings: list[Finding]) -> list[tuple[str, float, float, float]]:
    return [(one.phase, one.began_at, one.at, one.observed["dwell_s"]) for one in findings]


@settings(deadline=None)
@given(st.floats(3.2, 60), st.lists(SHOWN, max_size=200))
def test_a_restart_changes_nothing_of_what_may_last(seconds: float, shown: list[tuple[object, ...]]):
    """From a third of the dwell on, however often it restarts, all is told as without a restart."""
    street, steady = Street(dwell=10), Street(dwell=10)
    for one in (street, steady):
        one.play(times(NOON, seconds, fps=5), CAR)
    told = [*street.findings]
    for number, things in enumerate(shown, 1):
        at = NOON + int(seconds * 5) / 5 + number / 5
        if not steady.rule._follower.stays or steady.rule._follower.stays[0].began != NOON:  # type: ignore[attr-defined]
            return  # it was lost: what comes afterwards is new, and may begin anew
        street = restarted(street) if number % 7 == 0 else street
        told += street.show(at, *things)  # type: ignore[arg-type]
        steady.show(at, *things)  # type: ignore[arg-type]
        assert gist(told) == gist(steady.findings)
    assert len({one.id for one in told}) <= 1


def test_what_merely_passes_is_not_kept():
    street = Street(dwell=10)
    street.play(times(NOON, 2, fps=5), CAR)
    assert street.rule.memory().kept == []


def test_pictures_that_were_told_of_are_not_kept():
    street = Street(dwell=10)
    street.play(times(NOON, 5, fps=5), CAR)
    (soon,) = street.rule.memory().kept
    assert [one.jpeg for one in (soon.stay.first, soon.stay.best, soon.stay.last)] == [b"jpeg", b"jpeg", b""]
    street.play(times(NOON + 5.2, 6, fps=5), CAR)
    (told,) = street.rule.memory().kept
    assert [one.jpeg for one in (told.stay.first, told.stay.best, told.stay.last)] == [b"", b"", b""]


def test_the_picture_on_which_it_was_last_seen_is_told_of_only_where_it_was_kept():
    street = Street(dwell=10)
    street.play(times(NOON, 11, fps=5), CAR)
    (cleared,) = restarted(street).rule.close(NOON + 12)
    assert (cleared.phase, cleared.pictures) == ("clear", [])
