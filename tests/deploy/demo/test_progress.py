from typing import Any

from prometheus_client import CollectorRegistry, Counter, generate_latest

from deploy.demo.progress import WORDS, Progress, count_at_edge, drain, parse_figures, parts_degraded, parts_up
from deploy.embedded import free_port

WELL = {"parts": {part: {"state": "ok", "detail": ""} for part in WORDS}}


def figures(watched: float = 2, online: float = 2) -> dict[str, float]:
    return {"yihu_detect_cameras": watched, "yihu_edge_cameras_online": online}


def test_figures_are_summed_over_their_labels() -> None:
    registry = CollectorRegistry()
    counter = Counter("yihu_edge_frames", "Frames published", ["camera"], registry=registry)
    for camera in ("one", 'with "quotes" and spaces'):
        counter.labels(camera).inc(3)
    assert parse_figures(generate_latest(registry).decode())["yihu_edge_frames_total"] == 6


def test_detector_and_cameras_are_up_when_every_camera_is() -> None:
    assert set(parts_up(WELL, figures(), 2)) == set(WORDS)
    assert set(WORDS) - set(parts_up(WELL, figures(watched=1), 2)) == {"detect"}
    assert set(WORDS) - set(parts_up(WELL, figures(online=0), 2)) == {"edge"}
    assert parts_up({}, {}, 2) == []


def test_each_part_is_told_of_once() -> None:
    said: list[str] = []
    progress = Progress(said.append)
    progress.tell("edge", "× 8")
    progress.tell("edge")
    (line,) = said
    assert "摄像头 cameras × 8" in line


def test_what_is_wrong_is_known_by_its_part() -> None:
    report: dict[str, Any] = {"parts": WELL["parts"] | {"detect": {"state": "degraded", "detail": "no model"}}}
    assert parts_degraded(report) == {"detect"}
    assert "detect" not in parts_up(report, figures(), 2)


def test_a_silent_sensor_does_not_hide_that_the_cameras_are_up() -> None:
    report: dict[str, Any] = {"parts": WELL["parts"] | {"edge": {"state": "degraded", "detail": "no reading from …"}}}
    assert "edge" in parts_up(report, figures(), 2)
    assert "edge" not in parts_up(report, figures(online=1), 2)


def test_what_cannot_be_asked_is_not_known() -> None:
    assert count_at_edge(f"http://127.0.0.1:{free_port()}") is None


def test_nothing_is_waited_for_where_nobody_answers() -> None:
    drain(f"http://127.0.0.1:{free_port()}", within_s=86_400)
