"""Modbus devices, for tests: pymodbus's own servers, at a TCP port or at the far end of a serial line."""

import asyncio
import contextlib
import os
import select
import threading
import tty
from collections.abc import Callable, Iterator

from pymodbus import FramerType
from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.server.base import ModbusBaseServer
from pymodbus.simulator import DataType, SimData, SimDevice

from deploy.embedded import free_port

BITS = [True, False, False, True]
INPUT = {5: 0xFFBA}  # -70, with a sign
HOLDING = {0: 215, 1: 0x8000, 2: 0b0100, 100: (0x3E99, 0x999A), 110: (0x999A, 0x3E99), 120: (0x7FC0, 0)}  # 0.3 and NaN


class Devices:
    """Units 1 and 2, alike but that unit 2 says one more at holding/0, in a thread of their own.

    `connections` is how many there have been, `asked` by which functions; unit 1 answers with the exception `raises`,
    and nobody answers at all while they are `mute`.
    """

    def __init__(self, make: Callable[..., ModbusBaseServer]) -> None:
        self._make = make
        self.raises: int | None = None
        self.mute = False
        self.connections = 0
        self.asked: list[int] = []

    def start(self) -> None:
        self._up = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._thread.start()
        assert self._up.wait(10)

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._server.shutdown(), self._server.loop).result(10)
        self._thread.join(10)

    async def _serve(self) -> None:
        units = [self._unit(1, HOLDING), self._unit(2, HOLDING | {0: HOLDING[0] + 1})]
        self._server = self._make(units, trace_connect=self._count, trace_packet=self._pass)
        await self._server.serve_forever(background=True)
        self._up.set()
        await self._server.serving

    def _unit(self, number: int, holding: dict[int, object]) -> SimDevice:
        async def act(function: int, *_: object) -> ExcCodes | None:
            self.asked.append(function)
            return ExcCodes(self.raises) if self.raises and number == 1 else None

        bits = [SimData(0, values=BITS, datatype=DataType.BITS)]
        return SimDevice(number, (bits, bits, registers(holding), registers(INPUT)), action=act)

    def _count(self, connected: bool) -> None:
        self.connections += connected

    def _pass(self, sending: bool, packet: bytes) -> bytes:
        return b"" if sending and self.mute else packet


def registers(values: dict[int, object]) -> list[SimData]:
    return [
        SimData(at, values=[*value] if isinstance(value, tuple) else [value], datatype=DataType.REGISTERS)
        for at, value in values.items()
    ]


@contextlib.contextmanager
def by_tcp(framer: FramerType = FramerType.SOCKET) -> Iterator[tuple[Devices, str]]:
    """Devices, and the address of their gateway."""
    port = free_port()
    devices = Devices(lambda units, **more: ModbusTcpServer(units, framer=framer, address=("127.0.0.1", port), **more))
    devices.start()
    try:
        yield devices, f"modbus://127.0.0.1:{port}"
    finally:
        devices.stop()


@contextlib.contextmanager
def on_serial_line() -> Iterator[tuple[Devices, str]]:
    """Devices, and the address of the near end of their line."""
    with _line() as (near, far):
        devices = Devices(lambda units, **more: ModbusSerialServer(units, port=far, baudrate=9600, **more))
        devices.start()
        try:
            yield devices, f"modbus://{near}"
        finally:
            devices.stop()


@contextlib.contextmanager
def _line() -> Iterator[tuple[str, str]]:
    """The names of both ends of a line: what is written at one can be read at the other."""
    (near, near_end), (far, far_end) = os.openpty(), os.openpty()
    woken, wake = os.pipe()
    for end in (near_end, far_end):
        tty.setraw(end)

    def carry() -> None:
        while woken not in (ready := select.select([near, far, woken], [], [])[0]):
            for end in ready:
                os.write(far if end == near else near, os.read(end, 4096))

    thread = threading.Thread(target=carry)
    thread.start()
    try:
        yield os.ttyname(near_end), os.ttyname(far_end)
    finally:
        os.write(wake, b"!")
        thread.join(10)
        for descriptor in (near, near_end, far, far_end, woken, wake):
            os.close(descriptor)
