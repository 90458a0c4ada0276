"""Scenes without a camera: what a detector might say of a street, and a rule that is told it."""

import math
from zoneinfo import ZoneInfo

from detect.config import known_rules
from detect.geometry import Border, Region
from detect.incident import Box
from detect.model.detector import Detection
from detect.rule import AtLine, CameraRule, Finding, Surroundings
from detect.rules import camera, line
from detect.stays.stay import Scene

Polygon = list[tuple[float, float]]

NOON = 1_750_046_400.0  # 12:00 in Shanghai on 16 June 2025
CONFIDENCE = 0.35
KERB = [(0.5, 0.33), (0.86, 0.33), (0.86, 0.75), (0.5, 0.75)]
PLACE = (0.54, 0.4, 0.74, 0.6)  # a car's, its foot in KERB
UPWARDS = [(0.5, 1.0), (0.5, 0.0)]
TRUCK = (0.4, 0.2, 0.9, 0.85)  # stands before PLACE and hides it, its own foot on the road


def thing(box: Box = PLACE, score: float = 0.8, label: str = "car", track: int | None = None) -> Detection:
    return Detection(label, box, score, track)


def moved(box: Box, right: float, down: float = 0.0) -> Box:
    return box[0] + right, box[1] + down, box[2] + right, box[3] + down


def times(begin: float, seconds: float, fps: float) -> list[float]:
    """Moments from `begin` on, the last one not after `seconds`."""
    return [begin + frame / fps for frame in range(int(seconds * fps + 1e-6) + 1)]


class Played:
    """A rule that is shown scenes; `findings` is all that it ever said."""

    def __init__(self, rule: CameraRule) -> None:
        self.rule = rule
        self.findings: list[Finding] = []

    def show(self, at: float, *detections: Detection) -> list[Finding]:
        found = self.rule.observe(Scene(at, b"jpeg", list(detections)))
        self.findings += found
        return found

    def play(self, moments: list[float], *detections: Detection) -> list[Finding]:
        """The same detections on every frame."""
        return [finding for at in moments for finding in self.show(at, *detections)]

    @property
    def phases(self) -> list[str]:
        return [finding.phase for finding in self.findings]


class Street(Played):
    """A rule over KERB."""

    def __init__(
        self,
        timezone: str = "Asia/Shanghai",
        kind: str = "illegal_parking",
        zone: Polygon = KERB,
        interval_s: float = math.inf,
        **settings: object,
    ) -> None:
        surroundings = Surroundings(
            region=Region(zone), confidence=CONFIDENCE, timezone=ZoneInfo(timezone), interval_s=interval_s
        )
        usual = {"dwell": 5} if kind == "illegal_parking" else {}
        settings = {"kind": kind} | usual | settings
        super().__init__(known_rules(camera)[kind].model_validate(settings).make(surroundings))


class Gate(Played):
    """A rule over a line, by default up the middle of the picture: its right is the picture's."""

    def __init__(self, kind: str = "intrusion", points: Polygon = UPWARDS, **settings: object) -> None:
        place = AtLine(border=Border(points), confidence=CONFIDENCE, timezone=ZoneInfo("Asia/Shanghai"))
        super().__init__(known_rules(line)[kind].model_validate({"kind": kind} | settings).make(place))
