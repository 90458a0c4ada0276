"""Labelled pictures of simulated streets, as Ultralytics' YOLO format: `images/`, `labels/` and `data.yaml`.

The same plan gives the same pictures, however many processes render it.
"""

import itertools
import json
import math
import multiprocessing
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

import cv2

import edge.sim
from detect.model.catalogue import code_digest
from edge.sim.address import Light, SimCamera, View, Weather
from edge.sim.film import Film
from edge.sim.script import INCIDENTS, REPERTOIRE, Script, script_of
from edge.sim.truth import LABELS, Thing

# seeds of simulated places: what is measured is never what was trained on
TRAINING = range(10_000)
HELD_OUT = range(10_000, 11_000)
BENCH = range(20_000, 2**31)

Part = Literal["train", "val"]
Progress = Callable[[int, int], None]

A_REEL = 8  # pictures of one place: many places teach more than many pictures of one
LIGHTS: dict[Light, float] = {"day": 4, "dusk": 2, "night": 5}  # in the dark, everything is harder to learn
WEATHERS: dict[Weather, float] = {"clear": 3, "rain": 2}
QUIET, EVERYTHING = 0.1, 0.2  # shares of reels without events, and with all that may happen; the others have one kind
RARE = {"debris": 12, "flood": 6, "smoke": 3}  # such a kind is a class of its own: it is drawn that much oftener
SPREAD, AT_ONCE = ("debris", "smoke"), 3  # of what has several spots in a view, so many are about
EVERY_S = (25.0, 45.0)  # an event in this time
STEP_S = 2.5  # the grid of moments; every third is pictured
EVENTFUL = 5.0  # how much likelier than another moment one is pictured at which something happens
QUALITY = (70, 92)  # of the JPEG; the edge sends 85
LEAST_VISIBLE, LEAST_SIDE = 0.35, 5.0  # of a thing that is asked for: the share in sight, and pixels


@dataclass(frozen=True)
class Reel:
    """One place filmed for a while; `times` are seconds of the film's clock."""

    part: Part
    camera: SimCamera
    times: tuple[float, ...]

    @property
    def names(self) -> list[str]:
        return [f"{self.camera.seed:05}-{number:02}" for number in range(len(self.times))]


def renderer() -> str:
    """A hash of the code that renders: other code makes other pictures of the same seeds."""
    return code_digest(Path(edge.sim.__file__).parent, Path(__file__))


def places(seeds: range, pictures: int) -> range:
    """The seeds that so many pictures are taken of: the first of them, unless A_REEL of each are too few."""
    return seeds[: math.ceil(pictures / A_REEL)]


def plan(part: Part, seeds: range, pictures: int) -> list[Reel]:
    """Reels of all views, lights and weathers; of fewer places when few pictures are wanted."""
    used = places(seeds, pictures)
    counts = [pictures // len(used) + (index < pictures % len(used)) for index in range(len(used))]
    return [_reel(part, seed, index, count) for index, (seed, count) in enumerate(zip(used, counts, strict=True))]


def _reel(part: Part, seed: int, index: int, count: int) -> Reel:
    dice = random.Random(f"reel/{seed}")  # noqa: S311 - a simulation
    view: View = get_args(View)[index % len(get_args(View))]
    camera = SimCamera(
        view=view,
        seed=seed,
        light=dice.choices(list(LIGHTS), list(LIGHTS.values()))[0],
        weather=dice.choices(list(WEATHERS), list(WEATHERS.values()))[0],
        events=_events(view, dice),
        every=round(dice.uniform(*EVERY_S), 1),
    )
    return Reel(part, camera, _moments(crowded_script(camera), count, dice))


def crowded_script(camera: SimCamera) -> Script:
    """What happens before a camera, several times over where there is room for it."""
    return replace(script_of(camera), at_once=AT_ONCE if camera.events in SPREAD else 1)


def _events(view: View, dice: random.Random) -> str:
    share = dice.random()
    if share < QUIET:
        return "none"
    kinds = sorted(set(REPERTOIRE[view]) & set(INCIDENTS))
    return "all" if share < QUIET + EVERYTHING else dice.choices(kinds, [RARE.get(kind, 1) for kind in kinds])[0]


def _moments(script: Script, count: int, dice: random.Random) -> tuple[float, ...]:
    """Times at which to picture a place: more often than not while something happens."""
    times = [STEP_S * (number + dice.uniform(0.5, 1)) for number in range(3 * count)]
    weights = [EVENTFUL if script.between(at, at) else 1.0 for at in times]
    by_chance = sorted(zip(times, weights, strict=True), key=lambda pair: -(dice.random() ** (1 / pair[1])))
    return tuple(sorted(round(at, 2) for at, _ in by_chance[:count]))


def render(reels: Sequence[Reel], folder: Path, processes: int, progress: Progress) -> Path:
    """Write pictures, labels and `data.yaml`; give the latter. What is there is kept, so it goes on after a stop."""
    for part, kind in itertools.product(get_args(Part), ("images", "labels")):
        (folder / kind / part).mkdir(parents=True, exist_ok=True)
    total, done = sum(len(reel.times) for reel in reels), 0
    context = multiprocessing.get_context("spawn")  # OpenCV's threads do not survive a fork
    with ProcessPoolExecutor(processes, context) as pool:
        try:
            for future in as_completed([pool.submit(_shoot, reel, folder) for reel in reels]):
                done += future.result()
                progress(done, total)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return describe(folder, list(LABELS))


def describe(folder: Path, classes: Sequence[str]) -> Path:
    """Write `data.yaml`, as JSON, which is YAML."""
    file = folder / "data.yaml"
    entries = {"path": str(folder.absolute()), "train": "images/train", "val": "images/val"}
    file.write_text(json.dumps(entries | {"names": list(classes)}, ensure_ascii=False, indent=1))
    return file


def _shoot(reel: Reel, folder: Path) -> int:
    labels = [folder / "labels" / reel.part / f"{name}.txt" for name in reel.names]
    if all(file.exists() for file in labels):
        return len(labels)
    cv2.setNumThreads(1)
    film = Film(reel.camera, start=0.0, script=crowded_script(reel.camera))
    dice = random.Random(f"quality/{reel.camera.seed}")  # noqa: S311 - a simulation
    for at, file in zip(reel.times, labels, strict=True):
        picture = film.picture(at)
        height, width = picture.shape[:2]
        image = folder / "images" / reel.part / f"{file.stem}.jpg"
        cv2.imwrite(str(image), picture, [cv2.IMWRITE_JPEG_QUALITY, dice.randint(*QUALITY)])
        file.write_text("".join(map(label_line, asked_for(film.truth().things, width, height))))
    return len(labels)


def asked_for(things: Sequence[Thing], width: int, height: int) -> list[Thing]:
    """The things that a picture of that many pixels shows well enough."""

    def shown(thing: Thing) -> bool:
        left, top, right, bottom = thing.box
        side = min((right - left) * width, (bottom - top) * height)
        return thing.visible >= LEAST_VISIBLE and side >= LEAST_SIDE

    return [thing for thing in things if shown(thing)]


def label_line(thing: Thing) -> str:
    """`class x y width height`: the box's middle and sides, in fractions of the picture."""
    left, top, right, bottom = thing.box
    sides = ((left + right) / 2, (top + bottom) / 2, right - left, bottom - top)
    return f"{LABELS.index(thing.label)} " + " ".join(f"{side:.5f}" for side in sides) + "\n"
