"""`modbus://` addresses: one value of a Modbus device. docs/sensors.md tells what each part means.

By TCP:            modbus://HOST[:PORT]/UNIT/TABLE/REGISTER?metric=…&framing=socket
On a serial line:  modbus:///dev/ttyUSB0/UNIT/TABLE/REGISTER?metric=…&baud=9600&parity=N&stop=1
"""

from collections.abc import Collection
from typing import Annotated, Literal, NamedTuple
from urllib.parse import SplitResult, urlsplit

from msgspec import Meta, Struct

from edge.address import asked_of, convert
from edge.modbus.value import Order, Type, width_of

PORT = 502
REGISTERS = 65_536
BITS = ("coil", "discrete")
OF_NUMBERS = ("scale", "offset", "order", "invalid")
FORMS = "modbus://HOST:PORT/UNIT/TABLE/REGISTER?metric=… or modbus:///dev/ttyUSB0/UNIT/TABLE/REGISTER?metric=…"

Table = Literal["coil", "discrete", "holding", "input"]
Metric = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9:./_-]{0,39}$")]  # a name of SenML's, as long as a rule's
Finite = Annotated[float, Meta(ge=-1e300, le=1e300)]


class Where(Struct, frozen=True):
    """Registers count from 0, as on the wire."""

    unit_id: Annotated[int, Meta(ge=0, le=255)]
    table: Table
    register: Annotated[int, Meta(ge=0, lt=REGISTERS)]


class Asked(Struct, frozen=True, kw_only=True):
    """`invalid` is the number, before `scale`, by which the device says that it has none; `timeout` in seconds."""

    metric: Metric
    unit: Annotated[str, Meta(max_length=20)] = ""
    type: Type
    order: Order = "abcd"
    bit: Annotated[int, Meta(ge=0, le=15)] | None = None
    scale: Finite = 1.0
    offset: Finite = 0.0
    invalid: Finite | None = None
    timeout: Annotated[float, Meta(gt=0, le=5)] = 1.0


class AskedByTcp(Asked, frozen=True, kw_only=True):
    """`framing`: rtu where a converter only passes on what it gets, to and from a serial line."""

    framing: Literal["socket", "rtu"] = "socket"


class AskedBySerial(Asked, frozen=True, kw_only=True):
    baud: Annotated[int, Meta(ge=300, le=1_000_000)] = 9600
    parity: Literal["N", "E", "O"] = "N"
    stop: Annotated[int, Meta(ge=1, le=2)] = 1


class TcpLine(NamedTuple):
    host: str
    port: int
    timeout: float
    framing: str

    @property
    def name(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def settings(self) -> str:
        return f"timeout={self.timeout:g}&framing={self.framing}"


class SerialLine(NamedTuple):
    path: str
    timeout: float
    baud: int
    parity: str
    stop: int

    @property
    def name(self) -> str:
        return self.path

    @property
    def settings(self) -> str:
        return f"timeout={self.timeout:g}&baud={self.baud}&parity={self.parity}&stop={self.stop}"


Line = TcpLine | SerialLine


class Point(NamedTuple):
    """One value of a unit on a line."""

    line: Line
    where: Where
    asked: Asked

    @property
    def width(self) -> int:
        """In bits of a table of bits, or registers."""
        return width_of(self.asked.type)


def read_address(address: str) -> Point:
    """Raise ValueError, which says what is wrong with the address."""
    parts = urlsplit(address)
    path, *last = parts.path.rsplit("/", 3)
    if len(last) < 3 or bool(parts.netloc) == bool(path) or "@" in parts.netloc or parts.fragment:  # noqa: PLR2004
        raise ValueError(f"{address}: expected {FORMS}")
    where = convert(dict(zip(("unit_id", "table", "register"), last, strict=True)), Where, address)
    given = asked_of(parts)
    fields = {"type": "bool" if where.table in BITS else "uint16"} | given
    point = _on_serial_line(path, where, fields, address) if path else _by_tcp(parts, where, fields)
    _check(point, given, address)
    return point


def _by_tcp(parts: SplitResult, where: Where, fields: dict[str, str]) -> Point:
    asked = convert(fields, AskedByTcp, parts.geturl())
    try:
        port = parts.port or PORT
    except ValueError as error:
        raise ValueError(f"{parts.geturl()}: {error}") from error
    return Point(TcpLine(parts.hostname or "", port, asked.timeout, asked.framing), where, asked)


def _on_serial_line(path: str, where: Where, fields: dict[str, str], address: str) -> Point:
    asked = convert(fields, AskedBySerial, address)
    if where.unit_id == 0:
        raise ValueError(f"{address}: to unit 0 of a serial line, which is everybody, nobody answers")
    return Point(SerialLine(path, asked.timeout, asked.baud, asked.parity, asked.stop), where, asked)


def _check(point: Point, given: Collection[str], address: str) -> None:
    """Raise ValueError for parts of an address that make no sense together."""
    where, asked = point.where, point.asked
    is_switch = asked.type == "bool"
    if where.table in BITS and (not is_switch or asked.bit is not None):
        raise ValueError(f"{address}: a {where.table} is a single bit, of type=bool")
    if asked.bit is not None and not is_switch:
        raise ValueError(f"{address}: bit= goes with type=bool")
    if is_switch and (wrong := [name for name in OF_NUMBERS if name in given]):
        raise ValueError(f"{address}: {wrong[0]}= is for numbers, and this is on or off")
    if where.register + point.width > REGISTERS:
        raise ValueError(f"{address}: there are no {point.width} registers from {where.register} on")
