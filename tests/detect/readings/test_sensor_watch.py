from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from detect.config import SensorConfig
from detect.readings.sensor_watch import Pack, SensorWatch
from edge.topics import Topic
from ingest.senml import Reading
from tests.detect.film import BOOT
from tests.detect.street import NOON

TOPIC = Topic("tooley", "level-1", "config")
FLOOD = {"kind": "flood", "for": "10s"}


@given(
    silent_for=st.integers(1, 90),
    pauses=st.lists(st.integers(1, 200), max_size=6),
    deaf=st.sets(st.integers(0, 600), max_size=3),
    flooded=st.booleans(),
)
def test_what_is_ticked_only_when_it_may_speak_says_all_that_it_would(
    silent_for: int, pauses: list[int], deaf: set[int], flooded: bool
) -> None:
    rules = [{"kind": "sensor_fault", "silent_for": silent_for}, *[FLOOD] * flooded]
    config = SensorConfig.model_validate({"rules": rules})
    heard = set(accumulate(pauses))

    def told(*, spared: bool) -> list[tuple[str, float, float]]:
        watch, said = SensorWatch(TOPIC, config, NOON), []
        for second in range(600):
            now = NOON + second
            if second in heard:
                reading = Reading(now, "water_level", 0.9, None, "m")
                said += watch.read(Pack(BOOT, second + 1, [reading]), now)
            if second in deaf:
                watch.listen_afresh(now)
            elif not spared or watch.quiet_until <= now:
                said += watch.tick(now)
        return [(one.kind, one.phase, one.began_at - NOON, one.at - NOON) for one in said]

    assert told(spared=True) == told(spared=False)


def test_a_level_alone_is_never_ticked() -> None:
    watch = SensorWatch(TOPIC, SensorConfig.model_validate({"rules": [FLOOD]}), NOON)
    assert watch.tick(NOON) == []
    assert watch.quiet_until > NOON + 1e9
