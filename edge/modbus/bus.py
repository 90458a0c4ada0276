"""Lines to Modbus devices, each open once however many sensors are on it: a serial line takes one master."""

import logging
import socket
import termios
import threading
from contextlib import suppress
from typing import NamedTuple

from pymodbus import FramerType
from pymodbus.client import ModbusSerialClient, ModbusTcpClient
from pymodbus.exceptions import ModbusException
from pymodbus.pdu import ModbusPDU
from serial import Serial

from edge.driver import SensorError
from edge.modbus.address import BITS, Line, SerialLine, TcpLine, Where

logging.getLogger("pymodbus").setLevel(logging.CRITICAL)  # whatever it logs comes as an error, too

Client = ModbusTcpClient | ModbusSerialClient

METHODS = {
    "coil": "read_coils",
    "discrete": "read_discrete_inputs",
    "holding": "read_holding_registers",
    "input": "read_input_registers",
}
TRIES = 2  # noise on a line, or a gateway that ended an idle connection, is no fault of a sensor


class Reply(NamedTuple):
    """Bits as 0 and 1, or registers; or the code of the exception that the device answered with."""

    registers: list[int]
    exception: int = 0


class Bus:
    """One line. May be asked from any thread; who asks waits for its turn."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.users = 0
        self._lock = threading.Lock()
        self._client: Client | None = None

    def ask(self, where: Where, count: int) -> Reply | None:
        """What a unit answers, None when it does not; raise SensorError where the line cannot be opened."""
        with self._lock:
            for _ in range(TRIES):
                if reply := self._ask(where, count):
                    return reply
            return None

    def give_back(self) -> None:
        """One sensor less; the line closes behind the last."""
        with _guard:
            self.users -= 1
            if self.users:
                return
            del _buses[self.line.name]
        with self._lock:
            self._hang_up()

    def _ask(self, where: Where, count: int) -> Reply | None:
        client = self._client = self._client or _open(self.line)
        reply = None
        try:
            with suppress(ModbusException, OSError):
                method = getattr(client, METHODS[where.table])
                reply = _read(method(where.register, count=count, device_id=where.unit_id), where, count)
        finally:
            if reply is None:  # a late answer left there would be taken for the next one's
                self._hang_up()
        return reply

    def _hang_up(self) -> None:
        if self._client:
            self._client.close()  # type: ignore[no-untyped-call]  # pymodbus gives it no type
            self._client = None


_buses: dict[str, Bus] = {}
_guard = threading.Lock()


def take(line: Line) -> Bus:
    """The bus of a line, to be given back; raise SensorError where others use it with other settings."""
    with _guard:
        bus = _buses.setdefault(line.name, Bus(line))
        if bus.line != line:
            raise SensorError(f"{line.name} is read with {bus.line.settings}: give all its sensors the same")
        bus.users += 1
        return bus


def _read(answer: ModbusPDU, where: Where, count: int) -> Reply | None:
    """None for what is no answer to the question."""
    if answer.isError():
        return Reply([], answer.exception_code)
    if where.table in BITS:
        return Reply([int(bit) for bit in answer.bits[:count]]) if answer.bits else None
    return Reply([*answer.registers]) if len(answer.registers) == count else None


def _open(line: Line) -> Client:
    return _open_tcp(line) if isinstance(line, TcpLine) else _open_serial(line)


def _open_tcp(line: TcpLine) -> ModbusTcpClient:
    """As its own `connect` does, which hides the reason of a failure."""
    framer = FramerType(line.framing)
    client = ModbusTcpClient(line.host, port=line.port, framer=framer, timeout=line.timeout, retries=0)
    try:
        client.socket = socket.create_connection((line.host, line.port), line.timeout)
    except OSError as error:
        remedy = "check the address, the power and the network, and whether it takes another client"
        raise SensorError(f"no connection to {line.name} ({error}): {remedy}") from error
    return client


def _open_serial(line: SerialLine) -> ModbusSerialClient:
    """As above."""
    client = ModbusSerialClient(
        line.path, baudrate=line.baud, parity=line.parity, stopbits=line.stop, timeout=line.timeout, retries=0
    )
    try:
        client.socket = Serial(
            line.path,
            baudrate=line.baud,
            parity=line.parity,
            stopbits=line.stop,
            timeout=line.timeout,
            write_timeout=line.timeout,
            inter_byte_timeout=client.inter_byte_timeout,
            exclusive=True,
        )
    except (OSError, ValueError, termios.error) as error:
        remedy = "check that its adapter is plugged in, the agent in the group dialout, and nobody else using it"
        raise SensorError(f"{line.name} does not open ({error}): {remedy}") from error
    return client
