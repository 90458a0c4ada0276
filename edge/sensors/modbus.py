"""modbus://…: one value of a Modbus device, by TCP or on a serial line (see edge/modbus/address.py)."""

import math
from typing import TYPE_CHECKING

from edge.driver import SensorError, Spoken
from edge.messages import SenmlRecord
from edge.modbus.address import Point, SerialLine, read_address
from edge.modbus.value import number_of, scaled

if TYPE_CHECKING:
    from edge.modbus.bus import Bus

REMEDIES = {
    1: "does not know the table {table}: try another",
    2: "has nothing at {table}/{register}: check its manual; registers count from 0, so its 40101 is holding/100",
    3: "does not give so much at once, {width} from {table}/{register} on: check type=",
    4: "failed: look at the device",
    5: "needs more time: give a longer `every:`",
    6: "is busy: give a longer `every:`",
    10: "cannot be reached by its gateway: check the unit id, and the gateway's serial settings",
    11: "does not answer its gateway: check the unit id, its power and wiring, and the gateway's baud rate and parity",
}


class ModbusDriver:
    def __init__(self, point: Point, bus: "Bus") -> None:
        self._point, self._bus = point, bus
        self._unit = f"unit {point.where.unit_id} at {point.line.name}"

    def read(self, now: float) -> list[SenmlRecord]:  # noqa: ARG002 - what is read is of now
        asked = self._point.asked
        registers = self._ask()
        if asked.type == "bool":
            is_on = bool(registers[0] if asked.bit is None else registers[0] >> asked.bit & 1)
            return [SenmlRecord(n=asked.metric, vb=is_on)]
        number = number_of(registers, asked.type, asked.order)
        value = scaled(number, asked.scale, asked.offset)
        if number == asked.invalid or not math.isfinite(value):
            raise SensorError(f"{self._unit} says {number:g}, which is no value: check its probe, and type= and order=")
        return [SenmlRecord(n=asked.metric, u=asked.unit, v=value)]

    def close(self) -> None:
        self._bus.give_back()

    def _ask(self) -> list[int]:
        where, width = self._point.where, self._point.width
        reply = self._bus.ask(where, width)
        if reply is None:
            raise SensorError(f"no answer from {self._unit}: {self._what_to_check()}")
        if reply.exception:
            remedy = REMEDIES.get(reply.exception, f"answers with exception {reply.exception}: see its manual")
            said = remedy.format(table=where.table, register=where.register, width=width)
            raise SensorError(f"{self._unit} {said}")
        return reply.registers

    def _what_to_check(self) -> str:
        line = self._point.line
        wiring = "its wiring (A and B)" if isinstance(line, SerialLine) else "its wiring, if this is a gateway"
        return f"check the unit id, its power, {wiring}, and {line.settings}"


def parse(address: str) -> Spoken:
    """Raise ValueError, which says what is wrong with the address."""
    point = read_address(address)
    return Spoken(point.asked.metric, point.asked.unit, point.line.name, point.line.settings)


def connect(address: str) -> ModbusDriver:
    """The line opens when the sensor is read."""
    from edge.modbus.bus import take  # noqa: PLC0415 - addresses are checked where no pymodbus is installed

    point = read_address(address)
    return ModbusDriver(point, take(point.line))
