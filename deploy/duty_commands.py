"""`yihu user duty`, `yihu user away` and `yihu user notify`: when people are on duty, and where they are told."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from deploy.options import Data
from deploy.people_commands import Name, me, open_database
from deploy.settings import UsageError


def duty(
    name: Name,
    hours: Annotated[str | None, typer.Option(help="Local, such as 08:00-18:00; 22:00-06:00 passes midnight.")] = None,
    days: Annotated[
        str | None, typer.Option(help="ISO weekdays, such as 1-5 or 1,3,5; a night's is its first.")
    ] = None,
    part_time: Annotated[
        bool | None, typer.Option("--part-time/--full-time", help="Whether they only report, and are sent nowhere.")
    ] = None,
    data: Data = None,
) -> None:
    """Say when somebody is on duty; what is not given stays. Print what holds."""
    from dispatch import rota  # noqa: PLC0415 - psycopg

    with open_database(data) as connection:
        plan, now = rota.load_duty(connection, name), datetime.now(UTC)
        given = {"hours": hours, "days": rota.parse_days(days) if days else None, "part_time": part_time}
        if changes := _given(given):
            plan = plan._replace(**changes)
            rota.put_duty(connection, name, plan, me(), now)
        absences = rota.load_absences(connection, name, now)
    weekdays = ",".join(map(str, sorted(plan.days)))
    print(f"{name}: {plan.hours} on {weekdays}, {'part-time' if plan.part_time else 'full-time'}")
    for absence in absences:
        print(f"away from {absence.begin.astimezone().isoformat()} to {absence.end.astimezone().isoformat()}")


def away(
    name: Name,
    begin: Annotated[str, typer.Option("--from", help="ISO 8601; without an offset, this machine's time.")],
    end: Annotated[str | None, typer.Option("--to", help="As --from.")] = None,
    cancel: Annotated[bool, typer.Option("--cancel", help="Take back the absence that begins then.")] = False,
    data: Data = None,
) -> None:
    """Say when somebody is away: nothing is sent to them then."""
    from dispatch import rota  # noqa: PLC0415 - psycopg
    from dispatch.routing import Absence  # noqa: PLC0415 - as above

    if cancel == (end is not None):
        raise UsageError("give --to, or --cancel to take an absence back")
    with open_database(data) as connection:
        now = datetime.now(UTC)
        if end is None:
            rota.remove_absence(connection, name, _moment(begin), me(), now)
        else:
            rota.add_absence(connection, name, Absence(_moment(begin), _moment(end)), me(), now)


def notify(
    holder: Annotated[str, typer.Argument(metavar="NAME_OR_DEPARTMENT", help="Who is told.")],
    url: Annotated[str | None, typer.Argument(help="Where, as Apprise writes it: wecombot://…, mailto://…")] = None,
    quiet: Annotated[str | None, typer.Option(help="Hours in which only what is critical is sent.")] = None,
    digest: Annotated[str | None, typer.Option(help="One message in so long, such as 15m; 0s: each by itself.")] = None,
    off: Annotated[bool, typer.Option("--off", help="Tell them nowhere any more.")] = False,
    data: Data = None,
) -> None:
    """Say where somebody, or a department, is told of what concerns them; quiet hours and digest stay if not given."""
    from dispatch import channels  # noqa: PLC0415 - psycopg
    from dispatch.notices import Channel  # noqa: PLC0415 - as above
    from dispatch.notices_store import find_channel  # noqa: PLC0415 - as above

    if off == (url is not None):
        raise UsageError("give an address, or --off")
    with open_database(data) as connection:
        now = datetime.now(UTC)
        if url is None:
            channels.remove_channel(connection, holder, me(), now)
            return
        given = {"url": url, "quiet": quiet, "digest_s": _seconds(digest) if digest else None}
        channel = (find_channel(connection, holder) or Channel(url))._replace(**_given(given))
        channels.set_channel(connection, holder, channel, me(), now)
    print(f"{holder}: {channels.shown(channel)['scheme']}://…, quiet {channel.quiet}, digest {channel.digest_s:g} s")


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{text!r} is no time: write 2026-10-01T08:00, or with an offset …+08:00") from error


def _seconds(text: str) -> float:
    from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415 - a command line starts fast

    from detect.values import Seconds  # noqa: PLC0415 - as above

    try:
        return TypeAdapter[float](Seconds).validate_python(text)
    except ValidationError as error:
        raise UsageError(f"{text!r} is no duration: write 15m or 2h") from error
