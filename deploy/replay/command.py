"""`yihu replay` on the command line."""

from pathlib import Path
from typing import Annotated

import typer

from deploy.options import Data
from deploy.settings import load_settings


def replay(
    file: Annotated[Path, typer.Argument(help="A video, or a folder of pictures with times.csv (file,time).")],
    site: Annotated[Path, typer.Option(help="The site file whose zones and rules watch.")],
    device: Annotated[str | None, typer.Option(help="Id of the camera; else the one whose `camera:` is FILE.")] = None,
    video: Annotated[Path | None, typer.Option(help="Write an annotated video (MP4) there.")] = None,
    fps: Annotated[
        float | None,
        typer.Option(min=0.001, max=60, help="Pictures a second; else the camera's, or as times.csv has them."),
    ] = None,
    start: Annotated[
        str | None, typer.Option("--at", help="When a video began, as 2026-11-20T08:00; else when it was last written.")
    ] = None,
    data: Data = None,
) -> None:
    """回放录像，检验规则。The rules over a recording, faster than real time; incidents as JSON lines."""
    from deploy.replay.run import Recording, run  # noqa: PLC0415 - brings detect's libraries

    run(load_settings(data=data), site, device, Recording(file, start, fps), video)
