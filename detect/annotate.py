"""A camera's picture with what was seen there: zones, lines, things with their tracks, and the open incidents."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise

import cv2
import numpy as np

from detect.config import CameraConfig, Line, Zone
from detect.incident import Box, Incident
from detect.model.detector import Detection, Image
from detect.stays.crossing import CrossingSettings
from detect.stays.stay import Scene

Colour = tuple[int, int, int]  # blue, green, red
Pixels = np.ndarray[tuple[int, int], np.dtype[np.int32]]  # of several points

ZONE, THING, CAPTION, GROUND = (200, 160, 60), (170, 170, 170), (255, 255, 255), (30, 22, 16)
SEVERITIES: dict[str, Colour] = {"minor": (180, 200, 90), "major": (40, 165, 255), "critical": (80, 80, 255)}
FONT = cv2.FONT_HERSHEY_SIMPLEX
TALL = 480  # pixels of height from which on words and lines grow with the picture


def annotate(image: Image, config: CameraConfig, scene: Scene, incidents: Iterable[Incident]) -> Image:
    """The picture of a scene, drawn over; `incidents` are those that are open, as they were last told."""
    drawn = image.copy()
    for zone in config.zones:
        _outline(drawn, zone)
    for thing in scene.detections:
        if thing.score >= config.confidence:
            _frame(drawn, thing.box, THING, _name(thing), 1)
    for number, incident in enumerate(incidents):
        colour = SEVERITIES[incident.severity]
        for seen in incident.objects:
            _frame(drawn, seen.box, colour, incident.kind, 3)
        _write(drawn, _sentence(incident, scene.at), (8, _line(drawn) * (number + 2)), colour)
    there = datetime.fromtimestamp(scene.at, config.timezone)
    _write(drawn, f"{there:%Y-%m-%d %H:%M:%S}", (8, _line(drawn)), CAPTION)
    return drawn


def _name(thing: Detection) -> str:
    track = "" if thing.track is None else f" #{thing.track}"
    return f"{thing.label}{track} {thing.score:.2f}"


def _sentence(incident: Incident, now: float) -> str:
    return f"{incident.kind} in {incident.zone} for {now - incident.began_at:.0f} s, score {incident.score:.2f}"


def _outline(image: Image, zone: Zone | Line) -> None:
    corners = _pixels(image, zone.points)
    cv2.polylines(image, [corners], isClosed=isinstance(zone, Zone), color=ZONE, thickness=_thickness(image, 2))
    if any(isinstance(rule, CrossingSettings) and rule.one_way for rule in zone.rules):
        _point(image, corners)
    _write(image, zone.id, (int(corners[0][0]), int(corners[0][1]) + _line(image)), ZONE)


def _point(image: Image, corners: Pixels) -> None:
    """The way that is told of, over the middle of the line's longest edge, to its right."""
    begin, end = max(pairwise(corners), key=lambda edge: float(np.linalg.norm(edge[1] - edge[0])))
    along = (end - begin) / max(1.0, float(np.linalg.norm(end - begin)))
    middle, half = (begin + end) / 2, np.array((-along[1], along[0])) * _line(image)
    tail, head = (np.round(middle + side * half).astype(int).tolist() for side in (-1, 1))
    cv2.arrowedLine(image, tail, head, ZONE, _thickness(image, 2), tipLength=0.4)


def _frame(image: Image, box: Box, colour: Colour, words: str, width: int) -> None:
    (left, top), (right, bottom) = _pixels(image, [box[:2], box[2:]]).tolist()
    cv2.rectangle(image, (left, top), (right, bottom), colour, _thickness(image, width))
    _write(image, words, (left, max(_line(image), top - 4)), colour)


def _write(image: Image, words: str, place: tuple[int, int], colour: Colour) -> None:
    """On a dark ground, so that it is read over anything."""
    size, thickness = 0.45 * _scale(image), _thickness(image, 1)
    (width, height), below = cv2.getTextSize(words, FONT, size, thickness)
    left, bottom = place
    cv2.rectangle(image, (left, bottom - height), (left + width, bottom + below), GROUND, cv2.FILLED)
    cv2.putText(image, words, place, FONT, size, colour, thickness, cv2.LINE_AA)


def _pixels(image: Image, points: Sequence[tuple[float, float]]) -> Pixels:
    return np.round(np.array(points) * (image.shape[1], image.shape[0])).astype(np.int32)


def _scale(image: Image) -> float:
    return max(1.0, float(image.shape[0]) / TALL)


def _thickness(image: Image, width: int) -> int:
    return round(width * _scale(image))


def _line(image: Image) -> int:
    return round(18 * _scale(image))
