"""Which camera's rules a recording passes through, and what is told meanwhile."""

import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from deploy import stages
from deploy.launch import read_site
from deploy.replay.player import Look, as_line, drawing, replay
from deploy.settings import Settings, UsageError
from detect.config import CameraConfig
from detect.watch import Watch
from dispatch.site import Site, SiteDevice
from edge.capture import Shot
from edge.recording import pace, shots
from edge.topics import Topic

SAY_EVERY_S = 1.0


class Recording(NamedTuple):
    """`start` is when a video began, in ISO 8601; `fps` how many pictures a second to look at, where that is told."""

    file: Path
    start: str | None
    fps: float | None


def run(settings: Settings, site_file: Path, device: str | None, recording: Recording, video: Path | None) -> None:
    """Print incidents as JSON lines; raise UsageError."""
    site = read_site(site_file)
    camera = choose_camera(site, device, recording.file)
    try:
        config = _watched(site, camera, recording)
        found = _shots(camera, recording, config.timezone)
        watch = Watch(Topic(site.site, camera.id, "frame"), config, stages.equipment(settings).eyes(config))
        _show(watch, found, video)
    except (OSError, RuntimeError) as error:  # of models, recordings and files: its text says what to do
        raise UsageError(str(error)) from error


def choose_camera(site: Site, device: str | None, file: Path) -> SiteDevice:
    """The one that was named, else the one that plays the file, else the only one; raise UsageError."""
    cameras = [one for one in site.devices if one.camera]
    for one in cameras:
        if one.id == device or (device is None and one.camera and _is_same(Path(one.camera), file)):
            return one
    if device is None and len(cameras) == 1:
        return cameras[0]
    known = ", ".join(one.id for one in cameras) or "no camera"
    raise UsageError(f"say by which camera's rules to look, with --device; the site has {known}")


def _is_same(camera: Path, file: Path) -> bool:
    return camera.exists() and file.exists() and camera.samefile(file)


def _moment(text: str | None, file: Path, timezone: ZoneInfo) -> float:
    if text is None:
        return file.stat().st_mtime if file.exists() else 0.0
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--at {text}: give it as 2026-11-20T08:00") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone)).timestamp()


def _watched(site: Site, camera: SiteDevice, recording: Recording) -> CameraConfig:
    """A camera's configuration, as ingest would send it to detect, but for the pace of what was recorded."""
    detector = site.detector and site.detector.model_dump()
    fps = recording.fps or pace(recording.file, camera.fps, ZoneInfo(site.timezone))
    return CameraConfig.model_validate(
        camera.model_dump() | {"timezone": site.timezone, "detector": detector, "fps": fps}
    )


def _shots(camera: SiteDevice, recording: Recording, timezone: ZoneInfo) -> Iterator[Shot]:
    start, fps = _moment(recording.start, recording.file, timezone), recording.fps or camera.fps
    return shots(recording.file, start, fps, timezone, camera.masks or [], _warn)


def _show(watch: Watch, found: Iterable[Shot], video: Path | None) -> None:
    with drawing(video, watch.config, 1 / watch.config.interval_s) as draw:
        for look in _counted(replay(watch, found, _warn)):
            draw(look)
            for incident in look.incidents:
                print(as_line(incident), flush=True)


def _warn(what: str) -> None:
    print(f"\n{what}", file=sys.stderr)


def _counted(looks: Iterable[Look]) -> Iterator[Look]:
    """The same, with what became of them told on standard error."""
    begin, said_at, count, first, at = time.monotonic(), 0.0, 0, 0.0, 0.0
    opened: Counter[str] = Counter()
    for look in looks:
        count, at, first = count + 1, look.scene.at, first or look.scene.at
        opened.update(incident.kind for incident in look.incidents if incident.phase == "open")
        if time.monotonic() - said_at >= SAY_EVERY_S:
            said_at = time.monotonic()
            print(f"\r{_progress(count, at - first, said_at - begin)}", end="", file=sys.stderr, flush=True)
        yield look
    found = ", ".join(f"{kind} {times}" for kind, times in opened.items()) or "nothing to report"
    print(f"\r{_progress(count, at - first, time.monotonic() - begin)}: {found}", file=sys.stderr)


def _progress(count: int, lasted_s: float, took_s: float) -> str:
    return f"{count} pictures, {lasted_s:.0f} s in {took_s:.0f} s ({lasted_s / max(took_s, 0.001):.1f} × real time)"
