"""`yihu replay`: the rules over a recording."""

import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from deploy import stages
from deploy.launch import read_site
from deploy.options import Data
from deploy.settings import Settings, UsageError, load_settings
from detect.config import CameraConfig
from dispatch.site import Site, SiteDevice
from edge.topics import Topic

if TYPE_CHECKING:
    from deploy.replay import Look

SAY_EVERY_S = 1.0


def replay(
    file: Annotated[Path, typer.Argument(help="A video, or a folder of pictures with times.csv (file,time).")],
    site: Annotated[Path, typer.Option(help="The site file whose zones and rules watch.")],
    device: Annotated[str | None, typer.Option(help="Id of the camera; else the one whose `camera:` is FILE.")] = None,
    video: Annotated[Path | None, typer.Option(help="Write an annotated video (MP4) there.")] = None,
    fps: Annotated[float | None, typer.Option(min=0.001, max=60, help="Pictures a second; else the camera's.")] = None,
    start: Annotated[
        str | None,
        typer.Option("--at", help="When a video began, as 2026-11-20T08:00; else when it was last written."),
    ] = None,
    data: Data = None,
) -> None:
    """回放录像，检验规则。The rules over a recording, faster than real time; incidents as JSON lines."""
    settings, plan = load_settings(data=data), read_site(site)
    camera = choose_camera(plan, device, file)
    config = camera.model_dump() | {"timezone": plan.timezone, "detector": plan.detector and plan.detector.model_dump()}
    watched = CameraConfig.model_validate(config | {"fps": fps or camera.fps})
    _run(settings, Topic(plan.site, camera.id, "frame"), watched, file, _moment(start, file, watched.timezone), video)


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


def _run(settings: Settings, topic: Topic, config: CameraConfig, file: Path, start: float, video: Path | None) -> None:
    from deploy import replay as player  # noqa: PLC0415 - OpenCV
    from edge import recording  # noqa: PLC0415 - as above

    rate = 1 / config.interval_s
    try:
        watch = stages.equipment(settings).watch(topic, config)
        shots = recording.shots(file, start, rate, config.timezone, _warn)
        with player.drawing(video, config, rate) as draw:
            for look in _counted(player.replay(watch, shots, _warn)):
                draw(look)
                for incident in look.incidents:
                    print(player.as_line(incident), flush=True)
    except (OSError, RuntimeError) as error:  # of models, recordings and files: its text says what to do
        raise UsageError(str(error)) from error


def _warn(what: str) -> None:
    print(f"\n{what}", file=sys.stderr)


def _counted(looks: "Iterable[Look]") -> "Iterator[Look]":
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
