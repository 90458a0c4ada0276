"""`yihu bench accuracy`: the rules and the model against the truth of simulated streets that were never trained on.

Each run films one place for a few minutes and passes every picture through the whole of detect, as JPEG, as the edge
would send it. Quiet runs have no incidents, only what looks like them; every incident there is false.
"""

import multiprocessing
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from multiprocessing.queues import SimpleQueue
from typing import Any
from uuid import UUID

import cv2

from deploy.bench.films import QUIET_S, START, Condition, Run, fault_runs, incident_runs, quiet_runs
from deploy.bench.ledger import Ledger, Tallies
from deploy.bench.score import Dwells, Opened, Tally, score
from deploy.demo.town import camera_rules
from detect.config import CameraConfig
from detect.geometry import iou
from detect.incident import Incident
from detect.model.detector import Detector
from detect.sight.sight import PLACE
from detect.watch import Eyes, Watch
from edge.capture import leave_with_parent
from edge.messages import Frame
from edge.sim.address import SimCamera
from edge.sim.film import Film
from edge.sim.place import zones
from edge.sim.truth import Happening, Truth
from edge.topics import Topic

JPEG_QUALITY = 85
BOOT = UUID(int=0)
DAY_S = 86_400.0
ON_IT = 0.3  # intersection over union from which a box lies on a thing, parts of which others may hide

Progress = Callable[[int, int], None]


def bench_accuracy(
    seeds: int, load: Callable[[], Detector], quiet: int, ledger: Ledger, progress: Progress
) -> dict[str, Any]:
    """The report, as JSON would have it. `load` is called once in each process; what `ledger` knows is not judged."""
    runs = [
        *quiet_runs(quiet),
        *fault_runs(seeds),
        *incident_runs(seeds),
    ]  # the long ones first, so that no core waits at the end
    new = [run for run in runs if run not in ledger.judged]
    for done, (run, tallies) in enumerate(_judge_all(new, load), len(runs) - len(new) + 1):
        ledger.add(run, tallies)
        progress(done, len(runs))
    return _report({run: ledger.judged[run] for run in runs}, quiet * QUIET_S)


def _judge_all(runs: Sequence[Run], load: Callable[[], Detector]) -> Iterator[tuple[Run, Tallies]]:
    """Each with what it is worth, as soon as that is known."""
    context = multiprocessing.get_context("spawn")  # OpenVINO's threads do not survive a fork
    cores = sorted(os.sched_getaffinity(0))
    free = context.SimpleQueue()
    for core in cores:
        free.put(core)
    with ProcessPoolExecutor(len(cores), context, initializer=_set_up, initargs=(load, free)) as pool:
        futures = {pool.submit(play, run): run for run in runs}
        try:
            yield from ((futures[future], future.result()) for future in as_completed(futures))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _report(judged: dict[Run, Tallies], quiet_s: float) -> dict[str, Any]:
    kinds: dict[str, dict[Condition, Tally]] = {}
    false: Counter[str] = Counter()
    for run, tallies in judged.items():
        for kind, tally in tallies.items():
            if run.quiet:
                false[kind] += tally.false
            else:
                kinds.setdefault(kind, {}).setdefault(run.condition, Tally()).add(tally)
    days = quiet_s / DAY_S
    return {
        "kinds": {
            kind: {condition: tally.report() for condition, tally in sorted(conditions.items())}
            for kind, conditions in sorted(kinds.items())
        },
        "false_per_camera_day": round(sum(false.values()) / days, 3) if days else None,
        "false_by_kind": {kind: count for kind, count in sorted(false.items()) if count},
        "quiet_hours": quiet_s / 3600,
    }


_loader: list[Callable[[], Detector]] = []


def _set_up(load: Callable[[], Detector], cores: "SimpleQueue[int]") -> None:
    threading.Thread(target=leave_with_parent, daemon=True).start()
    os.sched_setaffinity(0, {cores.get()})  # a model that sees one core starts one thread: many would wait in turn
    cv2.setNumThreads(1)
    _loader.append(load)


@cache
def _detector() -> Detector:
    return _loader[0]()


def play(run: Run) -> Tallies:
    return judge(run, Film(run.camera, START), _detector())


def judge(run: Run, film: Film, detector: Detector) -> Tallies:
    """One run through the whole of detect, and what its incidents are worth."""
    from detect.model.yolo import ByteTracker  # noqa: PLC0415 - torch

    config = config_of(run.camera)
    watch = Watch(Topic("bench", run.camera.view, "frame"), config, Eyes(detector, ByteTracker()))
    opened: list[Opened] = []
    happenings: dict[tuple[int, str], Happening] = {}
    for number, at in enumerate(run.times, 1):
        jpeg = cv2.imencode(".jpg", film.picture(at), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes()
        incidents = watch.see(Frame(BOOT, number, at, jpeg, moving=True))
        opened += [
            Opened(one.kind, one.zone, at, _tracks(one, film.truth())) for one in incidents if one.phase == "open"
        ]
        happenings |= {(told.track, told.kind): told for told in film.happenings()}
    return score(opened, list(happenings.values()), dwells_of(config), (START, at))


def _tracks(incident: Incident, truth: Truth) -> frozenset[int]:
    """The things that an incident's boxes lie on."""
    boxes = [one.box for one in incident.objects]
    return frozenset(thing.track for thing in truth.things if any(iou(box, thing.box) >= ON_IT for box in boxes))


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
    zones = {(rule.kind, zone.id): rule.lasting_s for zone in config.zones for rule in zone.rules}
    return zones | {(rule.kind, PLACE): rule.lasting_s for rule in config.sight_rules}
