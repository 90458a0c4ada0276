"""What detect knows of its cameras, kept on disk: a restart ends no stay, and forgets no incident that is open."""

import logging
from pathlib import Path

import msgspec
from prometheus_client import CollectorRegistry, Counter

from detect.watch import WatchMemory
from edge.topics import Topic

log = logging.getLogger(__name__)

SUFFIX = ".msgpack"


class Shelf:
    """One file for each camera, written when there is news. A disk that fails costs the memory, and nothing else."""

    def __init__(self, folder: Path, registry: CollectorRegistry) -> None:
        self._folder = folder
        self._kept: dict[Topic, int] = {}  # hashes
        self._failed = Counter("yihu_detect_memory_errors", "Memories not read or written", registry=registry)

    def recall(self, topic: Topic) -> WatchMemory | None:
        """None where nothing is kept, or nothing that this version understands."""
        file = self._file(topic)
        try:
            return msgspec.msgpack.decode(file.read_bytes(), type=WatchMemory)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError) as error:
            self._failed.inc()
            log.warning("%s is begun anew: what was kept in %s cannot be read (%s)", topic, file, error)
            return None

    def keep(self, topic: Topic, memory: WatchMemory) -> None:
        """Replace what was kept, as a whole or not at all."""
        content = msgspec.msgpack.encode(memory)
        if self._kept.get(topic) == hash(content):
            return
        file = self._file(topic)
        fresh = file.with_suffix(".new")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(content)
            fresh.replace(file)
            self._kept[topic] = hash(content)
        except OSError as error:
            self._failed.inc()
            log.error("a restart would forget what stands before %s: make room in %s (%s)", topic, self._folder, error)

    def forget(self, topic: Topic) -> None:
        self._kept.pop(topic, None)
        self._file(topic).unlink(missing_ok=True)

    def _file(self, topic: Topic) -> Path:
        return self._folder / f"{topic.site}.{topic.device}{SUFFIX}"
