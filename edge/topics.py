"""Names on the wire: yihu/v1/{shard}/{site}/{device}/{stream}."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Self
from zlib import crc32

from edge.messages import BadMessageError

ROOT = "yihu/v1"
SHARDS = 256
KNOWN = 1 << 17  # names that are kept as they were read: those of a city
NAME = re.compile(r"[a-z0-9-]{1,40}")


@dataclass(frozen=True, slots=True)
class Topic:
    """One device's stream; `str()` is its name on the wire."""

    site: str
    device: str
    stream: str

    @property
    def shard(self) -> int:
        return crc32(f"{self.site}/{self.device}".encode()) & 0xFF

    def __str__(self) -> str:
        return f"{ROOT}/{self.shard:02x}/{self.site}/{self.device}/{self.stream}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a name off the wire; raise BadMessageError when it breaks the contract."""
        parts = text.split("/")
        if len(parts) != 6 or "/".join(parts[:2]) != ROOT:  # noqa: PLR2004 - the six parts of the contract
            raise BadMessageError(f"topic is not {ROOT}/shard/site/device/stream")
        for name in parts[3:5]:
            if not NAME.fullmatch(name):
                raise BadMessageError(f"{name[:60]!r} is not a name of {NAME.pattern}")
        topic = cls(*parts[3:])
        if parts[2] != f"{topic.shard:02x}":
            raise BadMessageError(f"shard {parts[2]!r} should be {topic.shard:02x}")
        return topic


known_topic = lru_cache(KNOWN)(Topic.parse)  # for whoever hears of the same ones again and again


@dataclass(frozen=True, slots=True)
class Share:
    """The part `index` of `count` (from 1) of the 256 shards that a process takes."""

    index: int = 1
    count: int = 1

    @classmethod
    def parse(cls, text: str) -> Self:
        match = re.fullmatch(r"(\d+)/(\d+)", text)
        share = cls(int(match[1]), int(match[2])) if match else cls(0, 0)
        if not 1 <= share.index <= share.count <= SHARDS:
            raise ValueError(f"{text!r} is not a share: write I/N with 1 ≤ I ≤ N ≤ {SHARDS}, such as 1/4")
        return share

    def filters(self, stream: str, site: str = "+", device: str = "+") -> list[str]:
        """The MQTT topic filters of one stream over this share."""
        shards = ["+"] if self.count == 1 else [f"{s:02x}" for s in range(self.index - 1, SHARDS, self.count)]
        return [f"{ROOT}/{shard}/{site}/{device}/{stream}" for shard in shards]

    def __contains__(self, topic: Topic) -> bool:
        return topic.shard % self.count == self.index - 1
