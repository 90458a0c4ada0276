"""Frames that nobody should send: whatever they are, all else goes on."""

import random
import struct
from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from prometheus_client import CollectorRegistry

from detect.cameras import Cameras, Equipment
from detect.config import CameraConfig
from detect.incident import Incident
from edge.messages import JPEG_END, JPEG_START, BadMessageError, Frame, encode_binary
from edge.topics import Topic
from tests.detect.fakes import NoTracker, StandingCar
from tests.detect.film import BOOT
from tests.detect.street import NOON

FRAMES = 10_000
CAMERA = Topic("tooley", "cam-1", "frame")
SCENE = np.random.default_rng(1).integers(0, 255, (9, 12, 3), np.uint8).repeat(8, 0).repeat(8, 1)
ZONE = {"id": "all", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]], "rules": [{"kind": "illegal_parking", "dwell": "5s"}]}
KINDS = {
    "plain": [],
    "progressive": [cv2.IMWRITE_JPEG_PROGRESSIVE, 1],
    "restarts": [cv2.IMWRITE_JPEG_RST_INTERVAL, 1],
    "4:4:4": [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444],
    "poor": [cv2.IMWRITE_JPEG_QUALITY, 1],
}


def whole() -> list[bytes]:
    pictures = [cv2.imencode(".jpg", SCENE, how)[1].tobytes() for how in KINDS.values()]
    return [*pictures, cv2.imencode(".jpg", SCENE[..., 0])[1].tobytes()]


def resized(jpeg: bytes, width: int, height: int) -> bytes:
    """The same, which says of itself that it is of another size."""
    for marker in (b"\xff\xc0", b"\xff\xc2"):
        place = jpeg.find(marker)
        if place > 0:
            return jpeg[: place + 5] + struct.pack(">HH", height, width) + jpeg[place + 9 :]
    return jpeg


def channels(jpeg: bytes, count: int) -> bytes:
    """The same, which says of itself that it has so many colours."""
    place = jpeg.find(b"\xff\xc0")
    return jpeg[: place + 9] + bytes([count]) + jpeg[place + 10 :] if place > 0 else jpeg


def cut(jpeg: bytes, dice: random.Random) -> bytes:
    return jpeg[: dice.randrange(2, len(jpeg))] + JPEG_END


def of_another_size(jpeg: bytes, dice: random.Random) -> bytes:
    side = dice.choice([0, 1, 7, 9000, 20_000, 65_535])
    return resized(jpeg, side, dice.choice([side, 1, 65_535]))


def of_other_colours(jpeg: bytes, dice: random.Random) -> bytes:
    return channels(jpeg, dice.choice([0, 1, 2, 4, 255]))


def next_to_nothing(_: bytes, dice: random.Random) -> bytes:
    return dice.choice([b"", JPEG_START, JPEG_START + JPEG_END, JPEG_START + dice.randbytes(60) + JPEG_END])


def stuttering(jpeg: bytes, dice: random.Random) -> bytes:
    begin = dice.randrange(2, len(jpeg) - 2)
    return jpeg[:begin] + jpeg[begin : begin + dice.randrange(1, 400)] * dice.randrange(2, 20) + jpeg[begin:]


def something_else(_: bytes, dice: random.Random) -> bytes:
    return dice.choice([b"\x89PNG\r\n\x1a\n", b"BM", b"GIF89a", b"RIFF"]) + dice.randbytes(200)


def scratched(jpeg: bytes, dice: random.Random) -> bytes:
    some = bytearray(jpeg)
    for _ in range(dice.randrange(1, 20)):
        some[dice.randrange(2, len(some) - 2)] = dice.randrange(256)
    return bytes(some)


SPOILERS = (cut, of_another_size, of_other_colours, next_to_nothing, stuttering, something_else, scratched)


def fuzz(count: int) -> Iterator[bytes]:
    dice = random.Random(7)
    pictures = whole()
    for _ in range(count):
        yield dice.choice(SPOILERS)(dice.choice(pictures), dice)


@pytest.mark.parametrize("sight", [[], None], ids=["zones", "zones and sight"])
def test_ten_thousand_spoilt_frames_stop_nothing(sight: list[object] | None):
    told: list[Incident] = []
    dropped: list[str] = []
    equipment = Equipment(lambda _: StandingCar(), NoTracker, None, None)  # type: ignore[arg-type]  # a model is named
    cameras = Cameras(CollectorRegistry(), equipment, told.append, lambda topic, _: dropped.append(topic))
    config = CameraConfig.model_validate({"detector": {"model": "m"}, "zones": [ZONE], "sight": sight})
    cameras.configure(CAMERA, config, NOON)

    def show(number: int, jpeg: bytes) -> None:
        frame = encode_binary(Frame(BOOT, number, NOON + number / 100, jpeg, moving=True))
        try:
            cameras.put(CAMERA, frame, NOON + number / 100)
        except BadMessageError as error:
            dropped.append(str(error))
        cameras.look(0)

    for number, jpeg in enumerate(fuzz(FRAMES), 1):
        show(number, jpeg)
    good = whole()
    for number in range(FRAMES + 1, FRAMES + 1300):
        show(number, good[number % len(good)])
    cameras.close()
    assert len(dropped) > FRAMES / 10
    assert told or sight is None  # who looks at pictures as a whole may take these for any impairment
    assert len(cameras) == 1
