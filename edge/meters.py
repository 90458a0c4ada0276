"""The agent's figures."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge


class Meters:
    def __init__(self, registry: CollectorRegistry) -> None:
        def count(name: str, meaning: str, *labels: str) -> Counter:
            return Counter(f"yihu_edge_{name}", meaning, labels, registry=registry)

        def measure(name: str, meaning: str, *labels: str) -> Gauge:
            return Gauge(f"yihu_edge_{name}", meaning, labels, registry=registry)

        self.frames = count("frames", "Frames sent or journalled", "camera")
        self.frames_dropped = count("frames_dropped", "Frames neither sent nor journalled", "camera")
        self.frames_held = count("frames_held", "Pictures not sent: still, or over the byte budget", "camera", "why")
        self.quality = measure("jpeg_quality", "Quality of the last picture", "camera")
        self.readings = count("readings", "Readings sent or journalled", "sensor")
        self.readings_dropped = count("readings_dropped", "Readings neither sent nor journalled", "sensor")
        self.failures = count("sensor_failures", "Readings that failed, by sensor", "sensor")
        self.refused = count("messages_refused", "Configurations and acks not understood")
        self.cameras = measure("cameras_online", "Cameras that send pictures")
        self.sensors = measure("sensors_online", "Sensors that send readings")
        self._journal = measure("journal", "The journal: messages waiting, their bytes, the oldest's age in s", "of")

    def tell_journal(self, report: Mapping[str, int]) -> None:
        for name, figure in report.items():
            self._journal.labels(name).set(figure)
