"""`yihu demo` on the command line."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from deploy.options import AsJson, Host, Port
from deploy.process import set_up_logging
from deploy.settings import load_settings

# as edge.sim.address has them, which needs more than a command line should load
Light = Literal["auto", "day", "dusk", "night"]
Weather = Literal["clear", "rain"]

YEAR_S = 31_536_000.0


def demo(
    *,
    seed: Annotated[int, typer.Option(min=0, max=1_000_000, help="The same seed gives the same town.")] = 7,
    cameras: Annotated[int, typer.Option(min=1, max=64, help="How many cameras.")] = 8,
    data: Annotated[Path | None, typer.Option(help="A folder of its own; usually `demo` in that of `up`.")] = None,
    host: Host = None,
    port: Port = None,
    light: Annotated[Light, typer.Option(help="In the streets; auto: as the clock says.")] = "auto",
    weather: Annotated[Weather, typer.Option(help="In the streets.")] = "clear",
    headless: Annotated[bool, typer.Option("--headless", help="For scripts: say nothing of the wall.")] = False,
    lasting: Annotated[
        float | None, typer.Option("--for", min=1, max=YEAR_S, help="Seconds, from when all is up.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """A city in a box: an invented district with everything running. No camera, GPU, database or account needed."""
    from deploy.demo.run import Wish, run  # noqa: PLC0415 - brings every stage's libraries

    settings = load_settings(data=data, host=host, port=port)
    if data is None:
        settings = settings.model_copy(update={"data": settings.data / "demo"})
    set_up_logging("demo", settings.log_level if headless else "WARNING")
    run(settings, Wish(seed, cameras, light, weather, headless, lasting, as_json))
