"""A small PMTiles archive with one street in it, as planetiler or tippecanoe would write it."""

import math
from pathlib import Path

from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

ZOOM, EXTENT = 12, 4096  # a town of four kilometres fills a screen at about this zoom
MOVE_TO, LINE_TO, LINE = 1, 2, 2  # commands and a geometry type of the Mapbox Vector Tile specification, 2.1


def write_archive(path: Path, longitude: float, latitude: float, name: str) -> None:
    """A street from west to east through a place, in the tiles around it."""
    column, row = _mercator(longitude, latitude)
    x, y = int(column), int(row)
    street = street_tile(name, round(row % 1 * EXTENT))
    with path.open("wb") as file:
        writer = Writer(file)
        tiles = [(left, top) for left in (x - 1, x, x + 1) for top in (y - 1, y, y + 1)]
        for tile in sorted(tiles, key=lambda one: zxy_to_tileid(ZOOM, *one)):
            writer.write_tile(zxy_to_tileid(ZOOM, *tile), street)
        edge = {"min_lon_e7": -1800000000, "min_lat_e7": -850000000, "max_lon_e7": 1800000000, "max_lat_e7": 850000000}
        kind = {"tile_type": TileType.MVT, "tile_compression": Compression.NONE, "min_zoom": ZOOM, "max_zoom": ZOOM}
        center = {"center_zoom": ZOOM, "center_lon_e7": int(longitude * 1e7), "center_lat_e7": int(latitude * 1e7)}
        writer.finalize(edge | kind | center, {"vector_layers": [{"id": "roads", "fields": {"name": "String"}}]})


def _mercator(longitude: float, latitude: float) -> tuple[float, float]:
    """Column and row of a place, in tiles of Web Mercator."""
    size = 2**ZOOM
    y = (1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2 * size
    return (longitude + 180) / 360 * size, y


def street_tile(name: str, down: int) -> bytes:
    """A vector tile with a layer `roads` that holds one line across, so far from its top."""
    points = [_zigzag(0), _zigzag(down), LINE_TO | (1 << 3), _zigzag(EXTENT), _zigzag(0)]
    line = b"".join(map(_varint, [MOVE_TO | (1 << 3), *points]))
    tags = {"name": name, "kind": "highway"}
    pairs = b"".join(_varint(index) * 2 for index in range(len(tags)))
    feature = _bytes(2, pairs) + _number(3, LINE) + _bytes(4, line)
    keys = b"".join(_bytes(3, key.encode()) for key in tags)
    values = b"".join(_bytes(4, _bytes(1, value.encode())) for value in tags.values())
    return _bytes(3, _number(15, 2) + _bytes(1, b"roads") + _bytes(2, feature) + keys + values + _number(5, EXTENT))


def _varint(value: int) -> bytes:
    head = b""
    while value > 0x7F:
        head += bytes([value & 0x7F | 0x80])
        value >>= 7
    return head + bytes([value])


def _zigzag(value: int) -> int:
    return value << 1 if value >= 0 else (-value << 1) - 1


def _bytes(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)
