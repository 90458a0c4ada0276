"""`yihu edge-token`: lets a box on the street become an edge agent."""

import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from deploy.options import Data
from deploy.people_commands import me, open_database


def edge_token(
    site: Annotated[str, typer.Argument(help="Id of the site.")],
    agent: Annotated[str, typer.Argument(help="The name that the box is to have.")] = "",
    minutes: Annotated[int, typer.Option(help="How long the token lasts.")] = 60,
    listing: Annotated[bool, typer.Option("--list", help="List those that wait for their boxes instead.")] = False,
    revoke: Annotated[str | None, typer.Option(help="End the token of this id instead.", metavar="ID")] = None,
    data: Data = None,
) -> None:
    """Print a token by which a box becomes an agent of the site, once: `yihu edge enrol URL TOKEN` on the box."""
    from dispatch import enrolment  # noqa: PLC0415 - psycopg

    now = datetime.now(UTC)
    with open_database(data) as connection:
        if listing:
            for one in enrolment.list_tokens(connection, site, now):
                print(
                    f"{one.id}  {one.agent}, until {one.expires_at.astimezone():%Y-%m-%d %H:%M}, made by {one.made_by}"
                )
        elif revoke:
            enrolment.revoke_token(connection, site, revoke, me(), now)
        else:
            made, token = enrolment.make_token(connection, site, agent, me(), now, timedelta(minutes=minutes))
            print(f"token {made.id} of {site}/{agent}, good once within {minutes} min. On the box:", file=sys.stderr)
            print("yihu edge enrol https://CENTRE TOKEN", file=sys.stderr)
            print(token)
