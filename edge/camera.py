"""One camera as the agent keeps it: a process that is started, watched, and started again when it fails."""

import multiprocessing
from collections import Counter
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

import msgspec

from edge.backoff import Backoff
from edge.capture import Held, Report, Shot, Trouble, capture
from edge.messages import CameraStatus, DeviceConfig, DeviceState

SILENCE_S = 10.0  # a camera without a picture for so long hangs
START_S = 60.0  # a process may need so long for its first: many start at once, and some render a place

_context = multiprocessing.get_context("spawn")
_decode = msgspec.msgpack.Decoder(Report).decode


class Camera:
    """Drives one capture process. All times passed in are monotonic seconds."""

    def __init__(self, config: DeviceConfig, now: float) -> None:
        self.config = config
        self.state: DeviceState = "starting"
        self._error = ""
        self._restarts = 0
        self._counts: Counter[str] = Counter()
        self._counted_from, self._quality = now, 0
        self._backoff = Backoff(first=1.0, cap=30.0)
        self._retry_at = now
        self._pipe: Connection | None = None
        self._start(now)

    @property
    def pipe(self) -> Connection | None:
        """The pipe to wait on; None while the camera rests between two tries."""
        return self._pipe

    def attend(self, now: float) -> Shot | Held | None:
        """Take a picture if one is there, or hear that it stays there; restart what died or hangs. Never blocks."""
        if self._pipe is None:
            if now >= self._retry_at:
                self._restarts += 1
                self._start(now)
            return None
        try:
            if self._pipe.poll():
                return self._take(_decode(self._pipe.recv_bytes()), now)
        except (EOFError, OSError):
            self._fail("offline", self._error or self._epitaph(), now)
            return None
        if now - self._heard_at > SILENCE_S:
            self._fail("stalled", f"no picture for {SILENCE_S:.0f} s: check the camera's power and network", now)
        return None

    def status(self, now: float) -> CameraStatus:
        """The camera's report; its rates are over the time since the last report."""
        elapsed_s = max(now - self._counted_from, 0.001)
        counts, self._counts, self._counted_from = self._counts, Counter(), now
        told = counts.total(), counts["sent"], counts["budget"]
        rate, sent, over = (round(count / elapsed_s, 2) for count in told)
        return CameraStatus(self.state, rate, self._restarts, self._error, sent, over, self._quality)

    def close(self) -> None:
        if self._pipe:
            self._pipe.close()
            self._pipe = None
        self._process.kill()
        self._process.join()

    def _start(self, now: float) -> None:
        self._pipe, child = _context.Pipe(duplex=False)
        self._process: SpawnProcess = _context.Process(
            target=capture, args=(self.config.camera, self.config, child), daemon=True
        )
        self._process.start()
        child.close()
        self._heard_at = now + START_S - SILENCE_S

    def _take(self, report: Report, now: float) -> Shot | Held | None:
        if isinstance(report, Trouble):
            self._error = report.reason
            return None
        self._heard_at, self.state, self._error = now, "online", ""
        self._backoff.reset()
        if isinstance(report, Shot):
            self._quality = report.quality
        self._counts["sent" if isinstance(report, Shot) else report.why] += 1
        return report

    def _fail(self, state: DeviceState, reason: str, now: float) -> None:
        self.close()
        self.state, self._error = state, reason
        self._retry_at = now + self._backoff.next()

    def _epitaph(self) -> str:
        self._process.join(timeout=1)
        return f"the camera's process ended with code {self._process.exitcode}: see the agent's log"
