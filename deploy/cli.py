"""The `yihu` command."""

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy import model_commands, stages
from deploy.demo.command import demo
from deploy.options import AsJson, Data, Host, LeaveWithParent, Port, Shard
from deploy.process import fall_with_threads, leave_with_parent, set_up_logging
from deploy.settings import Settings, UsageError, load_settings

cli = typer.Typer(
    help="一呼 Yihu：从街头摄像头到办结的工单。From a street camera's picture to a closed ticket.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _run(name: str, stage: Callable[[Settings], None], leave: bool, **given: Any) -> None:
    settings = load_settings(**given)
    set_up_logging(name, settings.log_level)
    fall_with_threads()
    if leave:
        leave_with_parent()
    stage(settings)


@cli.command()
def up(
    site: Annotated[Path, typer.Option(help="The site file (YAML).")],
    data: Data = None,
    host: Host = None,
    port: Port = None,
) -> None:
    """Run everything on this machine, for a real site."""
    from deploy.up import up as run_up  # noqa: PLC0415 - brings every stage's libraries

    settings = load_settings(data=data, host=host, port=port)
    set_up_logging("up", settings.log_level)
    run_up(settings, site)


@cli.command()
def edge(
    site: Annotated[str | None, typer.Option(help="Id of the site that the agent belongs to.")] = None,
    agent: Annotated[str | None, typer.Option(help="Name of this agent.")] = None,
    leave_with_parent: LeaveWithParent = False,
) -> None:
    """Read cameras and publish what they see."""
    _run("edge", stages.run_edge, leave_with_parent, site=site, agent=agent)


@cli.command()
def ingest(data: Data = None, shard: Shard = None, leave_with_parent: LeaveWithParent = False) -> None:
    """Write what the street sends into the database."""
    _run("ingest", stages.run_ingest, leave_with_parent, data=data, shard=shard)


@cli.command()
def detect(shard: Shard = None, leave_with_parent: LeaveWithParent = False) -> None:
    """Find incidents in frames."""
    _run("detect", stages.run_detect, leave_with_parent, shard=shard)


@cli.command()
def dispatch(data: Data = None, shard: Shard = None, leave_with_parent: LeaveWithParent = False) -> None:
    """Turn incidents into tickets."""
    _run("dispatch", stages.run_dispatch, leave_with_parent, data=data, shard=shard)


@cli.command()
def web(data: Data = None, host: Host = None, port: Port = None, leave_with_parent: LeaveWithParent = False) -> None:
    """Serve the API and the wall."""
    _run("web", stages.run_web, leave_with_parent, data=data, host=host, port=port)


@cli.command()
def migrate(data: Data = None) -> None:
    """Bring the database's schema up to date."""
    from ingest.migrate import migrate as run_migrations  # noqa: PLC0415 - psycopg

    settings = load_settings(data=data)
    set_up_logging("migrate", settings.log_level)
    with stages.database_url(settings) as database:
        ran = run_migrations(database)
    print("\n".join(ran) or "up to date")


cli.command()(demo)
cli.command()(model_commands.train)
cli.add_typer(model_commands.model, name="model")


bench = typer.Typer(help="Measure this machine, as ratios to something plain beside it.", no_args_is_help=True)
cli.add_typer(bench, name="bench")


@bench.command("detect")
def bench_detect(
    video: Annotated[Path, typer.Option(help="A recording.")] = Path("../shared/media/opendatacam_junction.mp4"),
    model: Annotated[Path, typer.Option(help="Detector weights.")] = Path(
        "../shared/models/yolo11n_int8_openvino_model"
    ),
    frames: Annotated[int, typer.Option(min=1)] = 100,
    as_json: AsJson = False,
) -> None:
    """Frames a second of the whole detect stage, against a plain YOLO.predict loop."""
    from deploy.bench.detect import bench_detect as measure  # noqa: PLC0415 - torch

    for path in (video, model):
        if not path.exists():
            raise UsageError(f"{path} is not there: name another with --video and --model")
    pace = measure(video, model, frames)
    _print_pace("frames/s", "ratio_to_predict", pace.ours, pace.plain, pace.ratio, as_json)


@bench.command("ingest")
def bench_ingest(data: Data = None, packs: Annotated[int, typer.Option(min=1)] = 5000, as_json: AsJson = False) -> None:
    """Readings a second of ingest's writes in packs of ten, against a raw binary COPY of the same rows."""
    from deploy.bench.ingest import bench_ingest as measure  # noqa: PLC0415 - psycopg

    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(data=data or Path(folder))
        with stages.database_url(settings) as database:
            pace = measure(database, packs)
    _print_pace("readings/s", "ratio_to_copy", pace.ours, pace.plain, pace.ratio, as_json)


def _print_pace(unit: str, name: str, ours: float, plain: float, ratio: float, as_json: bool) -> None:
    if as_json:
        print(json.dumps({name: round(ratio, 3), "ours": round(ours, 1), "plain": round(plain, 1), "unit": unit}))
    else:
        print(f"{ours:,.0f} {unit}; the plain way {plain:,.0f} {unit}; {name} {ratio:.2f}")


def main() -> None:
    try:
        cli()
    except UsageError as error:
        print(f"yihu: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
