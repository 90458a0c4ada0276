"""Pictures against the truth told of them, by pixels: what changes when an actor is taken out of a picture."""

from collections.abc import Iterator
from typing import get_args

import cv2
import msgspec
import numpy as np
import pytest

from edge.sim.actors import Actor
from edge.sim.address import Light, SimCamera, View, Weather
from edge.sim.canvas import SOLID, Picture
from edge.sim.compose import compose, far_to_near
from edge.sim.film import Film
from edge.sim.lens import HEIGHT, WIDTH
from edge.sim.script import REPERTOIRE
from edge.sim.sight import things_in_sight
from edge.sim.truth import LABELS, Box
from tests.edge.sim.conftest import Painted

VIEWS: tuple[View, ...] = get_args(View)
COVERED = 0.6 * 255  # what shows through a pixel that is covered by four tenths or more
THROUGH = (1 - SOLID) * 255  # the same for what is seen through anyway, by how thick it must be to count
SEEN_THROUGH = {"smoke", "fire", "water"}
SOLID_ENOUGH = 0.98  # of an actor that may be compared by its pixels: hardly anything hides it


def iou(a: Box, b: Box) -> float:
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    shared = max(0.0, width) * max(0.0, height)
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


def live(film: Film, at: float) -> None:
    """Go on to that time without a picture of it."""
    film._world.live(at)
    film._at = at


def drawn_box(film: Film, actor: Actor) -> Box:
    """Where the actor's own strokes let little of a black and of a white picture show through."""
    place, backdrop = film._setting()
    black, white = (np.full((HEIGHT, WIDTH, 3), tone, np.uint8) for tone in (0, 255))
    for picture in (black, white):
        actor.draw(Picture(picture), place.lens, backdrop.shade)
    through = cv2.subtract(white, black).max(axis=2)
    least = THROUGH if actor.label in SEEN_THROUGH else COVERED
    left, top, width, height = cv2.boundingRect((through < least).astype(np.uint8))
    return left / WIDTH, top / HEIGHT, (left + width) / WIDTH, (top + height) / HEIGHT


@pytest.mark.parametrize("view", VIEWS)
def test_every_box_agrees_with_the_pixels_of_its_actor(view: View) -> None:
    seen: list[float] = []
    for seed in (1, 2):
        film = Film(SimCamera(view, seed, light="day", every=60), start=100.0)
        for at in (100.0, 111.0, 122.0, 133.0, 144.0):
            live(film, at)
            place, backdrop = film._setting()
            actors = {actor.track: actor for actor in film._world.actors()}
            for thing in things_in_sight(list(actors.values()), place.lens, backdrop):
                size = (thing.box[2] - thing.box[0]) * WIDTH, (thing.box[3] - thing.box[1]) * HEIGHT
                if thing.visible >= SOLID_ENOUGH and min(size) >= 16:  # one pixel more or less is little
                    seen.append(iou(drawn_box(film, actors[thing.track]), thing.box))
    assert len(seen) >= 8
    assert min(seen) >= 0.9


@pytest.mark.parametrize("light", ["day", "night"])
@pytest.mark.parametrize(
    ("events", "label"), [("smoke", "smoke"), ("fire", "fire"), ("flood", "water"), ("debris", "debris")]
)
def test_every_box_of_what_is_seldom_agrees_with_its_pixels_at_any_strength(
    events: str, label: str, light: Light
) -> None:
    seen: list[float] = []
    for view in [view for view in VIEWS if events in REPERTOIRE[view]][:3]:
        film = Film(SimCamera(view, 2, light, events=events, every=60), start=100.0)
        for at in range(100, 220, 8):
            live(film, float(at))
            place, backdrop = film._setting()
            actors = {actor.track: actor for actor in film._world.actors() if actor.label == label}
            for thing in things_in_sight(list(actors.values()), place.lens, backdrop):
                size = (thing.box[2] - thing.box[0]) * WIDTH, (thing.box[3] - thing.box[1]) * HEIGHT
                if thing.visible >= SOLID_ENOUGH and min(size) >= 16:
                    seen.append(iou(drawn_box(film, actors[thing.track]), thing.box))
    assert len(seen) >= 8
    assert min(seen) >= 0.9


@pytest.mark.parametrize(
    "camera", [SimCamera("kerb", 3, "day", "rain"), SimCamera("kerb", 3, "day", events="camera_moved")]
)
def test_a_box_is_where_the_finished_picture_changes_when_its_actor_is_taken_out(
    camera: SimCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.sim.compose.light_ground", lambda *_: None)  # a shadow belongs to no box
    films = [Film(msgspec.structs.replace(camera, view=view, every=60.0), start=100.0) for view in VIEWS]
    seen = [alike for film in films for at in (100.0, 125.0, 150.0) for alike in taken_out(film, at)]
    assert len(seen) >= 50
    assert min(seen) >= 0.8  # edges are smooth, which is a pixel more on each side: much, of one that is small
    assert np.median(seen) >= 0.9


def taken_out(film: Film, at: float) -> Iterator[float]:
    """For each thing in sight how its box agrees with what changes."""
    film.picture(at)
    (place, backdrop), actors = film._setting(), film._shown
    whole = compose(actors, place.lens, backdrop)
    for thing in film.truth().things:
        size = (thing.box[2] - thing.box[0]) * WIDTH, (thing.box[3] - thing.box[1]) * HEIGHT
        if thing.visible >= SOLID_ENOUGH and min(size) >= 16:
            others = [actor for actor in actors if actor.track != thing.track]
            changed = cv2.absdiff(whole, compose(others, place.lens, backdrop)).max(axis=2) > 2
            left, top, width, height = cv2.boundingRect(changed.astype(np.uint8))
            yield iou((left / WIDTH, top / HEIGHT, (left + width) / WIDTH, (top + height) / HEIGHT), thing.box)


def test_what_is_hidden_is_told_by_how_much_of_it_shows() -> None:
    film = Film(SimCamera("kerb", 12, light="day", events="none"), start=100.0)
    film.picture(100.0)
    place, backdrop = film._setting()
    order = far_to_near(film._world.actors(), place.lens)
    things = things_in_sight(order, place.lens, backdrop)
    hidden = min(things, key=lambda thing: thing.visible)
    others = [actor for actor in order if actor.track != hidden.track]
    drawn = compose(order, place.lens, backdrop) != compose(others, place.lens, backdrop)
    left, top, right, bottom = (round(side * size) for side, size in zip(hidden.box, (WIDTH, HEIGHT) * 2, strict=True))
    shown = np.count_nonzero(drawn[top:bottom, left:right].any(axis=2)) / ((right - left) * (bottom - top))
    assert hidden.visible < 0.9
    assert shown < hidden.visible + 0.1


@pytest.mark.parametrize("view", VIEWS)
def test_the_same_seed_films_the_same_at_any_rate(view: View, painted: Painted) -> None:
    often, seldom = (Film(SimCamera(view, 5, light="night", weather="rain", every=60), 50.0) for _ in range(2))
    for at in np.arange(50.0, 64.0, 0.5):
        last = often.picture(float(at))
    painted.popitem()  # this street is painted anew
    assert np.array_equal(last, seldom.picture(63.5))
    assert often.truth() == seldom.truth()


def test_another_seed_is_another_street() -> None:
    a, b = (Film(SimCamera("door", seed, light="day"), 50.0) for seed in (1, 2))
    assert not np.array_equal(a.picture(50.0), b.picture(50.0))


@pytest.mark.parametrize(
    ("light", "weather"), [("day", "clear"), ("dusk", "clear"), ("night", "clear"), ("day", "rain")]
)
def test_a_picture_is_neither_black_nor_white(light: Light, weather: Weather) -> None:
    for view in ("junction", "door", "yard"):
        picture = Film(SimCamera(view, 3, light, weather), 10.0).picture(10.0)
        assert picture.shape == (HEIGHT, WIDTH, 3)
        assert 15 < picture.mean() < 190
        assert picture.std() > 15


def test_night_is_darker_than_day_and_rain_greyer() -> None:
    means = {
        (light, weather): Film(SimCamera("kerb", 3, light, weather), 10.0).picture(10.0).mean()
        for light, weather in (("day", "clear"), ("dusk", "clear"), ("night", "clear"), ("day", "rain"))
    }
    assert means["night", "clear"] < means["dusk", "clear"] < means["day", "rain"] < means["day", "clear"]


@pytest.mark.parametrize(
    ("view", "kind", "labels"),
    [
        ("kerb", "illegal_parking", {"car", "truck"}),
        ("fire-lane", "fire_lane_blocked", {"car"}),
        ("door", "ebike_misparked", {"ebike"}),
        ("square", "crowd", {"person"}),
        ("yard", "intrusion", {"person"}),
        ("underpass", "flood", {"water"}),
        ("slope", "debris", {"debris"}),
        ("kerb", "fire", {"fire"}),
        ("square", "smoke", {"smoke"}),
    ],
)
def test_what_happens_is_to_be_seen(view: View, kind: str, labels: set[str]) -> None:
    film = Film(SimCamera(view, 2, light="day", events=kind, every=60), 1000.0)
    for at in range(1000, 1120, 4):
        film.picture(float(at))
        now = [told for told in film.happenings() if told.kind == kind and told.until is None]
        if now and film._at > now[0].since + 3:
            break
    (happening,) = now
    assert happening.zone
    assert {thing.label for thing in film.truth().things if thing.visible > 0.3} & labels


def test_a_fault_of_the_camera_is_in_the_picture_and_in_the_truth() -> None:
    for kind in ("camera_covered", "camera_blurred", "camera_moved", "camera_frozen"):
        camera = SimCamera("square", 4, light="day", events=kind, every=60)
        faulty, sound = Film(camera, 0.0), Film(SimCamera("square", 4, light="day", events="none"), 0.0)
        event = faulty._world._script.between(30, 90)[0]
        before, during = event.begin - 1, (event.begin + event.end) / 2
        was, is_now = faulty.picture(before), faulty.picture(during)
        clear = sound.picture(during)
        assert kind in [told.kind for told in faulty.truth().happenings if told.until is None]
        detail = cv2.Laplacian(is_now, cv2.CV_64F).var() / cv2.Laplacian(clear, cv2.CV_64F).var()
        if kind == "camera_frozen":
            assert np.array_equal(was, is_now)
        elif kind == "camera_moved":
            assert cv2.absdiff(is_now, clear).mean() > 10
        else:
            assert detail < 0.9
            assert (is_now.mean() < 40) == (kind == "camera_covered")


def test_all_labels_are_known_to_the_model() -> None:
    labels: set[str] = set()
    for view, events in (
        ("kerb", "debris"),
        ("square", "fire"),
        ("underpass", "flood"),
        ("junction", "none"),
        ("door", "none"),
    ):
        film = Film(SimCamera(view, 1, light="day", events=events, every=60), 0.0)
        for at in range(0, 240, 6):
            film.picture(float(at))
            labels |= {thing.label for thing in film.truth().things}
    assert labels == set(LABELS)
