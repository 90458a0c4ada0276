"""The examples are those of RFC 8428, sections 5.1.1 to 5.1.4."""

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.messages import BadMessageError, SenmlRecord
from ingest.senml import AHEAD_S, OLDEST_S, Reading, resolve

NOW = 1_700_000_000.0
READ = msgspec.json.Decoder(list[SenmlRecord]).decode


def readings(text, now=NOW):
    return resolve(READ(text), now)


def test_a_single_data_point():
    assert readings('[{"n":"urn:dev:ow:10e2073a01080063","u":"Cel","v":23.1}]') == [
        Reading(NOW, "urn:dev:ow:10e2073a01080063", 23.1, None, "Cel")
    ]


def test_multiple_data_points_of_one_time():
    pack = """[
        {"bn":"urn:dev:ow:10e2073a01080063:","n":"voltage","u":"V","v":120.1},
        {"n":"current","u":"A","v":1.2}
    ]"""
    assert readings(pack) == [
        Reading(NOW, "urn:dev:ow:10e2073a01080063:voltage", 120.1, None, "V"),
        Reading(NOW, "urn:dev:ow:10e2073a01080063:current", 1.2, None, "A"),
    ]


def test_multiple_data_points_of_several_times():
    pack = """[
        {"bn":"urn:dev:ow:10e2073a0108006:","bt":1.276020076001e+09,"bu":"A","bver":5,"n":"voltage","u":"V","v":120.1},
        {"n":"current","t":-5,"v":1.2},
        {"n":"current","t":-4,"v":1.3},
        {"n":"current","t":-3,"v":1.4},
        {"n":"current","t":-2,"v":1.5},
        {"n":"current","t":-1,"v":1.6},
        {"n":"current","v":1.7}
    ]"""
    current = "urn:dev:ow:10e2073a0108006:current"
    assert readings(pack, now=1276020077) == [
        Reading(1276020076.001, "urn:dev:ow:10e2073a0108006:voltage", 120.1, None, "V"),
        Reading(1276020071.001, current, 1.2, None, "A"),
        Reading(1276020072.001, current, 1.3, None, "A"),
        Reading(1276020073.001, current, 1.4, None, "A"),
        Reading(1276020074.001, current, 1.5, None, "A"),
        Reading(1276020075.001, current, 1.6, None, "A"),
        Reading(1276020076.001, current, 1.7, None, "A"),
    ]


def test_multiple_measurements_of_a_thing_that_moves():
    pack = """[
        {"bn":"urn:dev:ow:10e2073a01080063","bt":1.320067464e+09,"bu":"%RH","v":20},
        {"u":"lon","v":24.30621},
        {"u":"lat","v":60.07965},
        {"t":60,"v":20.3},
        {"u":"lon","t":60,"v":24.30622},
        {"u":"lat","t":60,"v":60.07965},
        {"t":120,"v":20.7},
        {"u":"lon","t":120,"v":24.30623},
        {"u":"lat","t":120,"v":60.07966},
        {"u":"%EL","t":150,"v":98},
        {"t":180,"v":21.2},
        {"u":"lon","t":180,"v":24.30628},
        {"u":"lat","t":180,"v":60.07967}
    ]"""
    found = readings(pack, now=1320067700)
    assert {reading.metric for reading in found} == {"urn:dev:ow:10e2073a01080063"}
    assert [(reading.at - 1320067464, reading.value, reading.unit) for reading in found] == [
        (0, 20, "%RH"), (0, 24.30621, "lon"), (0, 60.07965, "lat"),
        (60, 20.3, "%RH"), (60, 24.30622, "lon"), (60, 60.07965, "lat"),
        (120, 20.7, "%RH"), (120, 24.30623, "lon"), (120, 60.07966, "lat"),
        (150, 98, "%EL"),
        (180, 21.2, "%RH"), (180, 24.30628, "lon"), (180, 60.07967, "lat"),
    ]  # fmt: skip


def test_times_below_two_to_the_28_are_relative_to_now():
    pack = '[{"n":"a","t":-30,"v":1},{"n":"a","v":1},{"n":"a","t":30,"v":1},{"n":"a","t":268435456,"v":1}]'
    now = 2**28 + 1000.0
    assert [reading.at for reading in readings(pack, now)] == [now - 30, now, now + 30, 2**28]


def test_base_value_and_base_sum_are_added():
    pack = '[{"bn":"m:","bv":100,"bs":1000,"n":"a","v":1.5},{"n":"b","s":2},{"bv":200,"n":"a","v":-1}]'
    assert [(reading.metric, reading.value) for reading in readings(pack)] == [
        ("m:a", 101.5), ("m:b", 1002), ("m:a", 199),
    ]  # fmt: skip


def test_a_base_value_of_zero_takes_an_earlier_one_back():
    assert [one.value for one in readings('[{"bv":5,"n":"a","v":1},{"bv":0,"n":"a","v":1}]')] == [6, 1]


def test_a_record_of_base_fields_alone_is_no_reading():
    assert [one.metric for one in readings('[{"bn":"dev:","bu":"Cel"},{"n":"t","v":20}]')] == ["dev:t"]


def test_booleans_are_numbers_and_words_are_text():
    pack = '[{"n":"door","vb":true},{"n":"door","vb":false},{"n":"tag","vs":"水位"},{"n":"raw","vd":"aGk"}]'
    assert [(one.value, one.text) for one in readings(pack)] == [(1, None), (0, None), (None, "水位"), (None, "aGk")]


@pytest.mark.parametrize("field", ["v", "bv", "s", "bs"])
@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_refused(field, number):
    record = {"n": "a", "v": 1.0} if field.endswith("v") else {"n": "a", "s": 1.0}
    with pytest.raises(BadMessageError, match="not a finite number"):
        resolve([SenmlRecord(**record | {field: number})], NOW)


def test_a_sum_beyond_all_numbers_is_refused():
    with pytest.raises(BadMessageError, match="not a finite number"):
        readings('[{"bv":1.5e308,"n":"a","v":1.5e308}]')


@pytest.mark.parametrize("field", ["t", "bt"])
@pytest.mark.parametrize(
    "time", [math.nan, math.inf, -math.inf, -2e9, 1e18, 2**28, NOW - OLDEST_S - 1, NOW + AHEAD_S + 1]
)
def test_a_time_of_a_clock_that_is_wrong_is_refused(field, time):
    with pytest.raises(BadMessageError, match="set the sensor's clock"):
        resolve([SenmlRecord(n="a", v=1.0, **{field: time})], NOW)


@pytest.mark.parametrize("time", [NOW - OLDEST_S, NOW + AHEAD_S])
def test_readings_that_were_kept_for_a_year_are_taken(time):
    assert resolve([SenmlRecord(n="a", v=1.0, t=time)], NOW)[0].at == time


@pytest.mark.parametrize("names", [{}, {"n": "a\0"}, {"bn": "\0", "n": "a"}, {"n": "a", "u": "\0"}, {"n": "x" * 201}])
def test_a_name_that_names_nothing_is_refused(names):
    with pytest.raises(BadMessageError, match="is not the name of a metric"):
        resolve([SenmlRecord(**names, v=1.0)], NOW)


def test_text_that_no_database_takes_is_refused():
    with pytest.raises(BadMessageError, match="a NUL character"):
        readings('[{"n":"tag","vs":"a\\u0000b"}]')


def test_a_later_version_is_refused():
    assert readings('[{"bver":10,"n":"a","v":1}]')
    with pytest.raises(BadMessageError, match="version 11 is not supported"):
        readings('[{"bver":11,"n":"a","v":1}]')


numbers = st.none() | st.floats()
records = st.builds(
    SenmlRecord,
    bn=st.text(max_size=4), bt=st.floats(), bu=st.text(max_size=4), bv=numbers, bs=numbers,
    n=st.text(max_size=4), v=numbers, vs=st.none() | st.text(max_size=4), vb=st.none() | st.booleans(), s=numbers,
    t=st.floats(),
)  # fmt: skip


@given(st.lists(records, min_size=1))
def test_whatever_the_pack_its_readings_can_be_stored_or_it_is_refused(pack):
    try:
        found = resolve(pack, NOW)
    except BadMessageError:
        return
    for at, metric, value, text, unit in found:
        assert NOW - OLDEST_S <= at <= NOW + AHEAD_S
        assert value is None or math.isfinite(value)
        assert metric
        assert "\0" not in metric + (text or "") + unit


@pytest.mark.parametrize(
    ("pack", "reason"),
    [
        ([SenmlRecord(n="level", v=1.0)] * 10_001, "in several packs"),
        ([SenmlRecord(n="level", v=1.0, u="m" * 41)], "not the name of a unit"),
        ([SenmlRecord(n="level", v=1.0, bu="m" * 100_000)], "not the name of a unit"),
    ],
)
def test_what_would_take_much_more_room_than_it_has_is_refused(pack, reason):
    with pytest.raises(BadMessageError, match=reason):
        resolve(pack, NOW)
