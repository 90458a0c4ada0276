"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[Path | None, typer.Option(help="Where the embedded engines and added models keep their files.")]
Shard = Annotated[str | None, typer.Option(help="This process's part of the work, as I/N.")]
Host = Annotated[str | None, typer.Option(help="Address to listen on.")]
Port = Annotated[int | None, typer.Option(help="Port to listen on.")]
LeaveWithParent = Annotated[bool, typer.Option(hidden=True)]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
