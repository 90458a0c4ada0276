"""`yihu bench accuracy`: the rules and the model against the truth of simulated streets that were never trained on.

Each run films one place for a few minutes and passes every picture through the whole of detect, as JPEG, as the edge
would send it. Quiet runs have no incidents, only what looks like them; every incident there is false.
"""

import itertools
import multiprocessing
import os
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args
from uuid import UUID

import cv2

from deploy.bench.score import Dwells, Opened, Tally, score
from deploy.demo.town import camera_rules
from detect.config import CameraConfig
from detect.dataset import BENCH
from detect.detector import Detector
from detect.watch import Watch
from edge.messages import Frame
from edge.sim.address import SimCamera, View
from edge.sim.film import Film
from edge.sim.place import zones
from edge.sim.script import INNOCENT, REPERTOIRE
from edge.sim.truth import Happening
from edge.topics import Topic

Condition = Literal["day", "night", "rain"]
CONDITIONS: tuple[Condition, ...] = get_args(Condition)
VIEWS: tuple[View, ...] = get_args(View)

EVERY_S = 60.0  # an event in that time
RUN_S, QUIET_S, FPS = 300.0, 3600.0, 2.0
QUIET_RUNS = 24  # hours
START = 1000.0
JPEG_QUALITY = 85
BOOT = UUID(int=0)
DAY_S = 86_400.0

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Run:
    camera: SimCamera
    condition: Condition
    seconds: float
    fps: float

    @property
    def quiet(self) -> bool:
        return self.camera.events != "all"

    @property
    def times(self) -> Iterator[float]:
        return (START + number / self.fps for number in range(int(self.seconds * self.fps)))


def incident_runs(seeds: int) -> list[Run]:
    """Every view by day, at night and in rain (by day and at night in turn), `seeds` times."""
    return [
        Run(_camera(view, BENCH.start + seed, condition, "all"), condition, RUN_S, FPS)
        for seed, condition, view in itertools.product(range(seeds), CONDITIONS, VIEWS)
    ]


def quiet_runs(count: int = QUIET_RUNS) -> list[Run]:
    """Hours without incidents, of all views and conditions in turn."""
    turns = itertools.cycle([(view, condition) for condition in CONDITIONS for view in VIEWS])
    return [
        Run(_camera(view, BENCH.start + 1000 + n, condition, innocent(view)), condition, QUIET_S, FPS)
        for n, (view, condition) in enumerate(itertools.islice(turns, count))
    ]


def innocent(view: View) -> str:
    """What looks like an incident in this view and is none; or nothing."""
    return ",".join(kind for kind in INNOCENT if kind in REPERTOIRE[view]) or "none"


def _camera(view: View, seed: int, condition: Condition, events: str) -> SimCamera:
    night = condition == "night" or (condition == "rain" and seed % 2 == 1)
    weather: Literal["clear", "rain"] = "rain" if condition == "rain" else "clear"
    return SimCamera(view, seed, "night" if night else "day", weather, events, EVERY_S)


def bench_accuracy(seeds: int, load: Callable[[], Detector], quiet: int, progress: Progress) -> dict[str, Any]:
    """The report, as JSON would have it. `load` is called once in each process."""
    runs = [*quiet_runs(quiet), *incident_runs(seeds)]  # the long ones first, so that no core waits at the end
    tallies: dict[tuple[str, Condition], Tally] = {}
    false: Counter[str] = Counter()
    context = multiprocessing.get_context("spawn")  # OpenVINO's threads do not survive a fork
    with ProcessPoolExecutor(os.cpu_count(), context, initializer=_set_up, initargs=(load,)) as pool:
        futures = {pool.submit(play, run): run for run in runs}
        try:
            for done, future in enumerate(as_completed(futures), 1):
                run = futures[future]
                for kind, tally in future.result().items():
                    if run.quiet:
                        false[kind] += tally.false
                    else:
                        tallies.setdefault((kind, run.condition), Tally()).add(tally)
                progress(done, len(runs))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return _report(tallies, false, quiet * QUIET_S)


def _report(tallies: dict[tuple[str, Condition], Tally], false: Counter[str], quiet_s: float) -> dict[str, Any]:
    kinds: dict[str, dict[str, Any]] = {}
    for (kind, condition), tally in sorted(tallies.items()):
        kinds.setdefault(kind, {})[condition] = tally.report()
    days = quiet_s / DAY_S
    return {
        "kinds": kinds,
        "false_per_camera_day": round(sum(false.values()) / days, 3) if days else None,
        "false_by_kind": {kind: count for kind, count in sorted(false.items()) if count},
        "quiet_hours": quiet_s / 3600,
    }


_loader: list[Callable[[], Detector]] = []


def _set_up(load: Callable[[], Detector]) -> None:
    cv2.setNumThreads(1)
    _loader.append(load)


@cache
def _detector() -> Detector:
    return _loader[0]()


def play(run: Run) -> dict[str, Tally]:
    return judge(run, Film(run.camera, START), _detector())


def judge(run: Run, film: Film, detector: Detector) -> dict[str, Tally]:
    """One run through the whole of detect, and what its incidents are worth."""
    from detect.yolo import ByteTracker  # noqa: PLC0415 - torch

    config = config_of(run.camera)
    watch = Watch(Topic("bench", run.camera.view, "frame"), config, detector, ByteTracker())
    opened: list[Opened] = []
    happenings: dict[tuple[int, str], Happening] = {}
    for number, at in enumerate(run.times, 1):
        jpeg = cv2.imencode(".jpg", film.picture(at), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes()
        incidents = watch.see(Frame(BOOT, number, at, jpeg, moving=True))
        opened += [Opened(one.kind, one.zone, at) for one in incidents if one.phase == "open"]
        happenings |= {(told.track, told.kind): told for told in film.happenings()}
    return score(opened, list(happenings.values()), dwells_of(config), (START, at))


def config_of(camera: SimCamera) -> CameraConfig:
    """The zones of a place, with the demo's rules."""
    outlines = zones(camera.view, camera.seed)
    watched = [
        {"id": name, "polygon": outline, "rules": camera_rules(name, camera.every)}
        for name, outline in outlines.items()
        if camera_rules(name, camera.every)
    ]
    return CameraConfig.model_validate({"detector": {}, "zones": watched, "timezone": "Asia/Shanghai"})


def dwells_of(config: CameraConfig) -> Dwells:
    """How long each rule waits, by kind and zone, in seconds."""
    return {(rule.kind, zone.id): rule.lasting_s for zone in config.zones for rule in zone.rules}
