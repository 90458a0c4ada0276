"""`yihu site export`: the site file as it now stands."""

from typing import Annotated

import typer

from deploy.options import Data
from deploy.people_commands import open_database
from deploy.settings import UsageError

site = typer.Typer(help="站点文件。The site file.", no_args_is_help=True)


@site.callback()
def _group() -> None:
    """Without it, typer would take the one command for the whole group."""


@site.command("export")
def export(
    name: Annotated[str, typer.Argument(metavar="SITE", help="Its `site:`.")],
    data: Data = None,
) -> None:
    """Print what `yihu up --site` takes, with all that was edited since; cameras' addresses with their passwords."""
    from dispatch.site_export import export_site, format_site  # noqa: PLC0415 - psycopg

    with open_database(data) as connection:
        content = export_site(connection, name)
        if content is None:
            raise UsageError(f"there is no site {name}")
        print(format_site(content), end="")
