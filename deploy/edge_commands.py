"""`yihu edge`: the agent; and `yihu edge enrol`, `yihu edge doctor`, for whoever sets its box up."""

import json
import os
import socket
import sys
import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy import stages
from deploy.options import AsJson, LeaveWithParent
from deploy.process import run_command
from deploy.settings import FILE, PREFIX, Settings, UsageError, load_settings
from edge.clock import TOLERATED_S

if TYPE_CHECKING:
    from edge.doctor.examine import Box
    from edge.doctor.finding import Finding
    from edge.doctor.words import Language
    from edge.enrolment import Grant

edge = typer.Typer(help="边缘盒。Read cameras and sensors, and publish what they see.", invoke_without_command=True)

IDENTITY, NOTED = "edge.toml", "edge.devices.json"  # in the data folder: who we are, and our devices at the enrolment
MARKS = {"well": "✓", "warn": "!", "broken": "✗"}

Data = Annotated[Path | None, typer.Option(help="Where the agent keeps its journal, and who it is.")]


@edge.callback()
def run(
    context: typer.Context,
    site: Annotated[str | None, typer.Option(help="Id of the site that the agent belongs to.")] = None,
    agent: Annotated[str | None, typer.Option(help="Name of this agent.")] = None,
    data: Data = None,
    leave_with_parent: LeaveWithParent = False,
) -> None:
    """Read cameras and sensors, and publish what they see."""
    if context.invoked_subcommand is None:
        find_identity(data)
        run_command("edge", stages.run_edge, leave_with_parent, site=site, agent=agent, data=data)


@edge.command()
def enrol(
    url: Annotated[str, typer.Argument(help="The centre's address, https://…, as in the browser.")],
    token: Annotated[str, typer.Argument(help="From /install, or `yihu edge-token`; it is good once.")],
    data: Data = None,
    ca: Annotated[
        Path | None, typer.Option(help="Who vouches for the centre, in PEM, else whom the system trusts.")
    ] = None,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Over http:// on a network that is yours alone.")
    ] = False,
) -> None:
    """把这台机器接入中心。Make this box an agent of a centre: its name, the broker and its devices are fetched once."""
    from edge import enrolment  # noqa: PLC0415 - an agent's own

    folder = load_settings(data=data).folder
    try:
        centre, trusted = enrolment.check_url(url, insecure=insecure), enrolment.authorities(ca)
        others = _set_by_hand(folder / IDENTITY)
        with enrolment.kept(folder / NOTED) as note, enrolment.kept(folder / IDENTITY) as keep:
            said = {"host": socket.gethostname(), "version": stages.VERSION}
            grant = enrolment.ask(centre, token, said, trusted)
            note(json.dumps(grant.devices, ensure_ascii=False))
            keep(enrolment.format_identity(others | enrolment.identity_of(grant, centre, ca)))
    except enrolment.EnrolError as error:
        raise UsageError(str(error)) from error
    _tell(grant, folder / IDENTITY)


def _set_by_hand(file: Path) -> dict[str, Any]:
    """What an earlier enrolment did not write, such as `journal_mb`, stays."""
    try:
        present = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UsageError(f"{file} cannot be read ({error}): mend it, or take it away") from error
    return {name: value for name, value in present.items() if name != "ca"}


def _tell(grant: "Grant", file: Path) -> None:
    print(f"{grant.site}/{grant.agent}, {len(grant.devices)} devices: {file}")
    off_s = grant.at - time.time()
    if abs(off_s) > TOLERATED_S:
        print(f"this machine's clock is {-off_s:+.0f} s off the centre's: timedatectl set-ntp true", file=sys.stderr)
    print("接下来 next: yihu edge doctor")


@edge.command()
def doctor(
    data: Data = None,
    lang: Annotated[str | None, typer.Option(help="zh-CN or en; else as the terminal is set.")] = None,
    as_json: AsJson = False,
) -> None:
    """检查这台边缘盒。Look at cameras, sensors, clock, disk and broker; say what to do. Exit 1: something is broken."""
    from edge.doctor.examine import examine  # noqa: PLC0415 - OpenCV
    from edge.doctor.words import LANGUAGES, usual_language  # noqa: PLC0415 - as above

    if lang not in (None, *LANGUAGES):
        raise UsageError(f"--lang {lang}: there are {', '.join(LANGUAGES)}")
    language = next((one for one in LANGUAGES if one == lang), usual_language())
    find_identity(data)
    findings = []
    for finding in examine(_box(load_settings(data=data))):
        findings.append(finding)
        if not as_json:
            print(_line(finding, language), flush=True)
    broken = sum(finding.grade == "broken" for finding in findings)
    if as_json:
        print(
            json.dumps({"broken": broken, "findings": [_entry(one, language) for one in findings]}, ensure_ascii=False)
        )
    sys.exit(int(broken > 0))


def _box(settings: Settings) -> "Box":
    from edge.doctor.examine import Box  # noqa: PLC0415 - OpenCV
    from edge.enrolment import authorities  # noqa: PLC0415 - an agent's own

    stages.trust(settings)
    return Box(
        site=stages.site_of(settings),
        agent=settings.agent,
        broker=stages.broker_url(settings),
        centre=settings.centre,
        journal=stages.journal_file(settings),
        journal_mb=settings.journal_mb,
        noted=_noted(settings.folder / NOTED),
        trusted=lambda: authorities(settings.ca),
    )


def _noted(file: Path) -> dict[str, Any]:
    """An agent that was set up by hand has none."""
    try:
        return dict(json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UsageError(f"{file} cannot be read ({error}): take it away, or enrol anew") from error


def _line(finding: "Finding", language: "Language") -> str:
    from edge.doctor.words import name_of, say  # noqa: PLC0415 - an agent's own

    return f"{MARKS[finding.grade]} {name_of(finding, language)}  {say(finding, language)}"


def _entry(finding: "Finding", language: "Language") -> dict[str, Any]:
    from edge.doctor.words import say  # noqa: PLC0415 - an agent's own

    return finding._asdict() | {"said": say(finding, language)}


def find_identity(data: Path | None) -> None:
    """Have who we are read from the data folder, unless settings are named elsewhere, as `yihu up` does."""
    if FILE in os.environ or f"{PREFIX}MQTT_URL" in os.environ:
        return
    file = load_settings(data=data).folder / IDENTITY
    if file.exists():
        os.environ[FILE] = str(file)
