"""`yihu film`: a simulated camera's pictures and their truth, as files."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from deploy.settings import UsageError
from edge.sim.address import parse_camera
from edge.sim.script import script_of


def film(
    camera: Annotated[str, typer.Argument(help="A simulated camera, such as 'sim://kerb?seed=7&light=night'.")],
    out: Annotated[Path, typer.Option(help="Folder for the pictures, times.csv and truth.jsonl.")],
    seconds: Annotated[float, typer.Option("--for", min=0.1, help="Seconds to film.")] = 60.0,
    fps: Annotated[float, typer.Option(min=0.001, max=60, help="Pictures a second.")] = 5.0,
    start: Annotated[float, typer.Option(help="When the film begins, in seconds of its clock.")] = 0.0,
) -> None:
    """拍摄模拟摄像头。Film a simulated street, with the truth beside it, as fast as this machine can."""
    from edge.sim.record import record  # noqa: PLC0415 - OpenCV

    try:
        what = parse_camera(camera)
        script_of(what)
    except ValueError as error:
        raise UsageError(str(error)) from error
    if out.exists() and any(out.iterdir()):
        raise UsageError(f"{out} is not empty: choose another --out")
    of = round(seconds * fps)
    for done in record(what, start, seconds, fps, out):
        print(f"\r{done} of {of} pictures", end="" if done < of else "\n", file=sys.stderr, flush=True)
