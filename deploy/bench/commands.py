"""`yihu bench …`: what this machine does, and how well streets are judged."""

import contextlib
import functools
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy import stages
from deploy.options import AsJson, Data
from deploy.settings import UsageError, load_settings
from detect.model.catalogue import ModelError, shipped

bench = typer.Typer(help="Measure this machine, as ratios to something plain beside it.", no_args_is_help=True)

CLIP = Path("../shared/media/opendatacam_junction.mp4")
WEIGHTS = Path("../shared/models/yolo11n_int8_openvino_model")


@bench.command("detect")
def bench_detect(
    video: Annotated[Path, typer.Option(help="A recording.")] = CLIP,
    model: Annotated[Path, typer.Option(help="Detector weights.")] = WEIGHTS,
    frames: Annotated[int, typer.Option(min=1)] = 100,
    as_json: AsJson = False,
) -> None:
    """Frames a second of the whole detect stage, against plain loops of Ultralytics' and the model alone."""
    from deploy.bench.detect import bench_detect as measure  # noqa: PLC0415 - torch

    _check_there(video, model)
    told = measure(video, model, frames)
    if as_json:
        print(json.dumps(told))
    else:
        print(f"{told['ours']:.0f} frames/s")
        for way in ("predict", "track", "raw"):
            print(f"{way} {told[way]:.0f} frames/s; ratio_to_{way} {told[f'ratio_to_{way}']:.2f}")


@bench.command("load")
def bench_load(
    video: Annotated[Path, typer.Option(help="A recording.")] = CLIP,
    model: Annotated[Path, typer.Option(help="Detector weights.")] = WEIGHTS,
    seconds: Annotated[float, typer.Option("--for", min=5, help="Seconds.")] = 60.0,
    as_json: AsJson = False,
) -> None:
    """Sixteen cameras that offer twice what this machine can look at: their shares, and what grows."""
    from deploy.bench.load import bench_load as measure  # noqa: PLC0415 - torch

    _check_there(video, model)
    load = measure(video, model, seconds, _say)
    if as_json:
        print(json.dumps(load._asdict()))
        return
    print(f"{load.dealt:.0f} of {load.offered:.0f} frames/s ({load.able:.0f} undisturbed);", end=" ")
    print(
        f"shares {load.least:.2f} to {load.most:.2f} of an equal one, longest wait {load.longest_wait_s:.1f} s,",
        end=" ",
    )
    print(f"{load.memory_mb[0]:.0f} to {load.memory_mb[1]:.0f} MB,", end=" ")
    print(f"{load.camera_mb:.1f} MB a camera")


def _check_there(*paths: Path) -> None:
    for path in paths:
        if not path.exists():
            raise UsageError(f"{path} is not there: name another with --video and --model")


@bench.command("ingest")
def bench_ingest(
    data: Data = None,
    singles: Annotated[int, typer.Option(min=5000, help="Messages of one reading.")] = 100_000,
    packs: Annotated[int, typer.Option(min=5000, help="Messages of ten.")] = 40_000,
    rounds: Annotated[int, typer.Option(min=1)] = 3,
    rows: Annotated[int, typer.Option(min=0, help="Readings that are there before.")] = 0,
    as_json: AsJson = False,
) -> None:
    """What ingest's processes take in, beside a raw binary COPY, bare paho subscribers and the C client."""
    from deploy.bench.ingest import Scale  # noqa: PLC0415 - psycopg
    from deploy.bench.ingest import bench_ingest as measure  # noqa: PLC0415 - as above

    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(data=data or Path(folder))
        with stages.database_url(settings) as database:
            report = measure(database, Path(folder), Scale(singles, packs, rounds, rows), _say)
    print(json.dumps(report) if as_json else _lines(report))


@bench.command("city")
def bench_city(
    data: Data = None,
    per_second: Annotated[float, typer.Option(min=100, help="Messages a second of all devices.")] = 5000,
    seconds: Annotated[float, typer.Option("--for", min=5)] = 300,
    as_json: AsJson = False,
) -> None:
    """25 000 cameras' reports and incidents and 100 000 sensors on this machine; and how quick a wall is meanwhile."""
    from deploy.bench.city import bench_city as measure  # noqa: PLC0415 - psycopg

    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(data=data or Path(folder))
        with stages.database_url(settings) as database:
            report = measure(database, Path(folder), per_second, seconds, _say)
    print(json.dumps(report) if as_json else _lines(report))


@bench.command("latency")
def bench_latency(
    cameras: Annotated[int, typer.Option(min=1, max=64)] = 8,
    seconds: Annotated[float, typer.Option("--for", min=30)] = 300,
    as_json: AsJson = False,
) -> None:
    """From a picture's capture to its ticket in an open browser, in the demo's town, dwell aside."""
    from deploy.bench.latency import bench_latency as measure  # noqa: PLC0415 - psycopg

    with tempfile.TemporaryDirectory() as folder:
        report = measure(Path(folder) / "town", cameras, seconds, _say)
    print(json.dumps(report) if as_json else _lines(report))


def _lines(report: dict[str, Any]) -> str:
    return "\n".join(f"{name}: {json.dumps(figure)}" for name, figure in report.items())


@bench.command("rates")
def bench_rates(
    tickets: Annotated[int, typer.Option(min=1, help="How many a year.")] = 200_000,
    seed: Annotated[int, typer.Option(min=0)] = 1,
    as_json: AsJson = False,
) -> None:
    """A simulated year of tickets: its three rates as reported, and recounted from the audit log alone."""
    import psycopg  # noqa: PLC0415 - a command line starts fast

    from deploy.bench import rates  # noqa: PLC0415 - psycopg

    with _new_database() as database, psycopg.connect(database, autocommit=True) as connection:
        counted = rates.bench_rates(connection, seed, tickets, _say)
    if as_json:
        print(rates.as_json(counted))
    for clock, rate in counted.reported.items() if not as_json else ():
        print(f"{clock}: {rate.kept} kept, {rate.missed} missed ({rate.share or 0:.1%}); recounted the same")
    if counted.reported != counted.recounted:
        raise UsageError(f"the rates differ: reported {counted.reported}, recounted {counted.recounted}")


@bench.command("tickets")
def bench_tickets(
    tickets: Annotated[int, typer.Option(min=100, help="How many are in the table.")] = 1_000_000,
    as_json: AsJson = False,
) -> None:
    """How long the ticket list, the wall and a pass of the clocks take with a million tickets in the table."""
    import msgspec  # noqa: PLC0415 - a command line starts fast

    from deploy.bench import tickets as measure  # noqa: PLC0415 - psycopg

    with _new_database() as database:
        found = measure.bench_tickets(database, tickets, _say)
    if as_json:
        print(msgspec.json.encode(found._asdict()).decode())
        return
    for name, spread in found.queries.items():
        print(f"{name}: p50 {spread.p50:.1f} ms, p95 {spread.p95:.1f} ms")
    print(f"a pass of the clocks over {found.open_tickets} open tickets: {found.idle_pass_s:.3f} s")
    print(f"one in which {found.pressed} climb: {found.full_pass_s:.2f} s")


@bench.command("stream")
def bench_stream(
    clients: Annotated[int, typer.Option(min=1)] = 200,
    seconds: Annotated[float, typer.Option("--for", min=1, help="Seconds.")] = 60.0,
    as_json: AsJson = False,
) -> None:
    """How soon each of two hundred clients of one server process hears of one of twenty changes a second."""
    from deploy.bench import crowd, stream  # noqa: PLC0415 - psycopg

    with _new_database() as database:
        heard = stream.bench_stream(database, clients, seconds, crowd.Crowd(), _say)
    if as_json:
        print(json.dumps(heard._asdict()))
        return
    print(f"{heard.clients} clients, {heard.changes} changes each:", end=" ")
    print(f"p50 {heard.p50_s:.2f} s, p95 {heard.p95_s:.2f} s, longest {heard.longest_s:.2f} s")


@bench.command("wall")
def bench_wall(
    seconds: Annotated[float, typer.Option("--for", min=1, help="Seconds.")] = 60.0,
    as_json: AsJson = False,
) -> None:
    """Frames a second and memory of the wall in a browser, with very much on it and twenty changes a second."""
    from deploy.bench import crowd, wall  # noqa: PLC0415 - psycopg

    with _new_database() as database:
        watched = wall.bench_wall(database, seconds, crowd.Crowd(), _say)
    if as_json:
        print(json.dumps(watched._asdict()))
        return
    print(f"the first ticket after {watched.paint_s:.2f} s; {watched.frames_per_s:.1f} frames/s,", end=" ")
    print(
        f"longest stall {watched.longest_stall_s:.2f} s; {watched.memory_mb[0]:.0f} to {watched.memory_mb[-1]:.0f} MB"
    )


@contextlib.contextmanager
def _new_database() -> Iterator[str]:
    """The URL of a migrated database that is gone afterwards."""
    from deploy.embedded import EmbeddedDatabase  # noqa: PLC0415 - only where it is used is it installed
    from ingest.migrate import migrate  # noqa: PLC0415 - psycopg

    with tempfile.TemporaryDirectory() as folder, EmbeddedDatabase(Path(folder) / "postgres") as database:
        migrate(database.url)
        yield database.url


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@bench.command("accuracy")
def bench_accuracy(
    seeds: Annotated[int, typer.Option(min=1, help="Places of each view that were never trained on.")] = 3,
    quiet_hours: Annotated[int, typer.Option(min=0, help="Hours of street without incidents.")] = 24,
    model: Annotated[Path | None, typer.Option(help="Detector weights instead of the shipped ones.")] = None,
    keep: Annotated[Path | None, typer.Option(help="File for what was judged, to go on from after a stop.")] = None,
    as_json: AsJson = False,
) -> None:
    """True, false and missed incidents on simulated streets, by day, at night and in rain, and of simulated sensors."""
    from deploy.bench.accuracy import bench_accuracy as measure  # noqa: PLC0415 - OpenCV
    from deploy.bench.ledger import Ledger  # noqa: PLC0415 - as above
    from deploy.bench.sensors import bench_sensors  # noqa: PLC0415 - as above
    from detect.model.yolo import open_detector  # noqa: PLC0415 - torch

    try:
        weights = model or shipped()
        judge = open_detector(weights).model["hash"]  # better told here than by every process
        ledger = Ledger(keep, judge)
    except (ModelError, ValueError) as error:
        raise UsageError(str(error)) from error
    sensors = bench_sensors(seeds, functools.partial(_print_progress, "days of sensors"))
    load = functools.partial(open_detector, weights)
    report = measure(seeds, load, quiet_hours, ledger, functools.partial(_print_progress, "films"))
    report["sensors"] = sensors
    print(json.dumps(report) if as_json else _table(report))


def _print_progress(what: str, done: int, of: int) -> None:
    print(f"\r{done} of {of} {what} judged", end="\n" if done == of else "", file=sys.stderr, flush=True)


def _table(report: dict[str, Any]) -> str:
    columns = ("true", "false", "missed", "precision", "recall", "delay_s", "longest_delay_s")
    sensors = report["sensors"]
    rows = [(kind, condition, row) for kind, told in report["kinds"].items() for condition, row in told.items()]
    rows += [(kind, "sensor", row) for kind, row in sensors["kinds"].items()]
    lines = [f"{'kind':<20}{'':<7}" + "".join(f"{column:>11}" for column in columns)]
    for kind, condition, row in rows:
        figures = "".join(f"{'–' if row[column] is None else row[column]:>11}" for column in columns)
        lines.append(f"{kind:<20}{condition:<7}{figures}")
    false, false_of_sensors = report["false_per_camera_day"], sensors["false_per_sensor_day"]
    lines.append(f"false incidents per camera-day, over {report['quiet_hours']:g} quiet hours: {false}")
    lines.append(f"false incidents per sensor-day, over {sensors['sensor_days']} days: {false_of_sensors}")
    return "\n".join(lines)
