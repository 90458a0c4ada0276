"""SenML packs into plain readings: base fields resolved as RFC 8428, sections 4.1 and 4.6, say."""

import math
from collections.abc import Iterator
from typing import NamedTuple

from edge.messages import BadMessageError, SenmlRecord

READINGS = 10_000  # of a pack: four bytes may be one, which takes a hundred times as many
UNIT = 40  # characters
RELATIVE_BELOW = 2**28  # a time below this is relative to now (section 4.5.3)
VERSION = 10
OLDEST_S, AHEAD_S = 366 * 86_400, 86_400  # a pack of wild times would ask for more chunks than TimescaleDB can lock


class Reading(NamedTuple):
    """One measurement; `at` in epoch seconds. A number or boolean stands in `value`, words or data in `text`."""

    at: float
    metric: str
    value: float | None
    text: str | None
    unit: str


def resolve(pack: list[SenmlRecord], now: float) -> list[Reading]:
    """The pack's readings with names, units, values and times made absolute; raise BadMessageError."""
    if len(pack) > READINGS:
        raise BadMessageError(f"{len(pack)} readings are over the limit of {READINGS}: send them in several packs")
    return list(_resolve(pack, now))


def _resolve(pack: list[SenmlRecord], now: float) -> Iterator[Reading]:
    name, unit, time, value, total = "", "", 0.0, 0.0, 0.0
    for record in pack:
        if record.bver is not None and record.bver > VERSION:
            raise BadMessageError(f"SenML version {record.bver} is not supported, at most {VERSION}")
        name, unit, time = record.bn or name, record.bu or unit, record.bt or time
        value = value if record.bv is None else record.bv
        total = total if record.bs is None else record.bs
        if _is_base_only(record):
            continue
        yield _reading(record, name + record.n, record.u or unit, _absolute(time + record.t, now), value, total)


def _is_base_only(record: SenmlRecord) -> bool:
    # spelled out: this is asked of every reading
    return record.v is None and record.vs is None and record.vb is None and record.s is None and record.vd is None


def _reading(record: SenmlRecord, metric: str, unit: str, at: float, base: float, base_sum: float) -> Reading:
    if not metric or len(metric) > 200 or "\0" in metric + unit:  # noqa: PLR2004 - a name, not an essay
        raise BadMessageError(f"{metric[:40]!r} is not the name of a metric")
    if len(unit) > UNIT:
        raise BadMessageError(f"{metric[:40]}: {unit[:40]!r} is not the name of a unit")
    text = record.vs if record.vs is not None else record.vd
    if text is not None and "\0" in text:
        raise BadMessageError(f"{metric}: text with a NUL character")
    number = _number(record, base, base_sum)
    if number is not None and not math.isfinite(number):
        raise BadMessageError(f"{metric}: {number} is not a finite number")
    return Reading(at, metric, number, text, unit)


def _number(record: SenmlRecord, base: float, base_sum: float) -> float | None:
    if record.v is not None:
        return base + record.v
    if record.vb is not None:
        return float(record.vb)
    return None if record.s is None else base_sum + record.s


def _absolute(time: float, now: float) -> float:
    at = now + time if time < RELATIVE_BELOW else time
    if not now - OLDEST_S <= at <= now + AHEAD_S:
        raise BadMessageError(f"{time} is no time of the last year: set the sensor's clock")
    return at
