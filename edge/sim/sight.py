"""What of the actors is in a picture, and how much of each: worked out by masks, apart from the picture itself."""

from collections.abc import Sequence

import cv2
import numpy as np

from edge.sim.actors import Actor
from edge.sim.backdrop import Backdrop
from edge.sim.canvas import Mask
from edge.sim.compose import before, far_to_near
from edge.sim.lens import HEIGHT, WIDTH, Lens
from edge.sim.truth import Box, Thing

HALF = 127  # a pixel belongs to what covers more than half of it
LEAST_PX = 5  # of the shorter side: what is smaller is not told of

Bounds = Sequence[int]  # left, top, width, height in pixels


def things_in_sight(actors: Sequence[Actor], lens: Lens, backdrop: Backdrop) -> list[Thing]:
    owners = np.zeros((HEIGHT, WIDTH), np.uint16)
    wholes: list[tuple[Actor, int, int, Bounds]] = []
    for number, actor in enumerate(far_to_near(actors, lens), start=1):
        covered = np.zeros((HEIGHT, WIDTH), np.uint8)
        actor.draw(Mask(covered), lens, backdrop.shade)
        _, alone = cv2.threshold(covered, HALF, 1, cv2.THRESH_BINARY)
        bounds = cv2.boundingRect(alone)
        if min(bounds[2:]) < LEAST_PX:
            continue
        wholes.append((actor, number, int(np.count_nonzero(alone)), bounds))
        owners[alone > 0] = number
        for screen in before(actor, bounds, backdrop):
            left, top, right, bottom = screen.region
            part = owners[top:bottom, left:right]
            part[(screen.mask > 0) & (part == number)] = 0
    seen = np.bincount(owners.ravel(), minlength=len(actors) + 1)
    return [
        Thing(actor.track, actor.label, _fractions(bounds), round(float(seen[number]) / whole, 3))
        for actor, number, whole, bounds in wholes
    ]


def _fractions(bounds: Bounds) -> Box:
    left, top, width, height = bounds
    return left / WIDTH, top / HEIGHT, (left + width) / WIDTH, (top + height) / HEIGHT
