"""The `yihu` command."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from deploy import (
    duty_commands,
    edge_commands,
    enrolment_command,
    model_commands,
    people_commands,
    site_commands,
    stages,
)
from deploy.bench import commands as bench_commands
from deploy.demo.command import demo
from deploy.film_command import film
from deploy.options import Data, Host, LeaveWithParent, Port, Shard
from deploy.process import run_command, set_up_logging
from deploy.replay.command import replay
from deploy.settings import UsageError, load_settings

cli = typer.Typer(
    help="一呼 Yihu：从街头摄像头到办结的工单。From a street camera's picture to a closed ticket.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


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
def ingest(data: Data = None, shard: Shard = None, leave_with_parent: LeaveWithParent = False) -> None:
    """Write what the street sends into the database."""
    run_command("ingest", stages.run_ingest, leave_with_parent, data=data, shard=shard)


@cli.command()
def detect(data: Data = None, shard: Shard = None, leave_with_parent: LeaveWithParent = False) -> None:
    """Find incidents in frames."""
    run_command("detect", stages.run_detect, leave_with_parent, data=data, shard=shard)


@cli.command()
def dispatch(data: Data = None, shard: Shard = None, leave_with_parent: LeaveWithParent = False) -> None:
    """Turn incidents into tickets."""
    run_command("dispatch", stages.run_dispatch, leave_with_parent, data=data, shard=shard)


@cli.command()
def web(data: Data = None, host: Host = None, port: Port = None, leave_with_parent: LeaveWithParent = False) -> None:
    """Serve the API and the wall."""
    run_command("web", stages.run_web, leave_with_parent, data=data, host=host, port=port)


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
cli.command()(film)
cli.command()(replay)
cli.command()(model_commands.train)
cli.command()(people_commands.token)
cli.command("edge-token")(enrolment_command.edge_token)
for command in (duty_commands.duty, duty_commands.away, duty_commands.notify):
    people_commands.user.command()(command)
cli.add_typer(edge_commands.edge, name="edge")
cli.add_typer(people_commands.user, name="user")
cli.add_typer(people_commands.audit_log, name="audit")
cli.add_typer(people_commands.duties, name="duties")
cli.add_typer(site_commands.site, name="site")
cli.add_typer(model_commands.model, name="model")
cli.add_typer(bench_commands.bench, name="bench")


def main() -> None:
    try:
        cli()
    except UsageError as error:
        print(f"yihu: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
