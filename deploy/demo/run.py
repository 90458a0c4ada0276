"""Starts the demo's town with all its people, and says how it went."""

import contextlib
import functools
import json
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx2

from deploy.demo.alone import check_alone, sites_in
from deploy.demo.meter import Meter
from deploy.demo.people import make_cast
from deploy.demo.play import Play
from deploy.demo.progress import Progress, Say, count_at_edge, drain
from deploy.demo.sign_up import GUEST, sign_up
from deploy.demo.stream import listen
from deploy.demo.town import STREETS, Town, load_town, write_site
from deploy.launch import Installation, launch, only_one, read_site, stop_on_signals
from deploy.settings import Settings, UsageError
from edge.sim.address import Light, Weather

log = logging.getLogger(__name__)

STDERR = 2
EDGE_STOPS_WITHIN_S = 5.0
ROLES = {"dispatcher": "调度员 dispatcher", "supervisor": "督办员 supervisor", "worker": "网格员 grid worker",
         "department": "职能部门 department"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for; `lasting` in seconds from when all is up, None: until it is stopped."""

    seed: int
    cameras: int
    light: Light
    weather: Weather
    headless: bool
    lasting: float | None
    as_json: bool

    @property
    def is_measured(self) -> bool:
        return self.headless or self.as_json

    def say(self, text: str) -> None:
        """Standard output belongs to the report where a script reads it."""
        print(text, file=sys.stderr if self.is_measured else sys.stdout, flush=True)


def run(settings: Settings, wish: Wish) -> None:
    """Run until the time is over, or until a signal; raise UsageError before any stage is started."""
    town = load_town()
    check_alone(settings, town.site)
    with only_one(settings.folder):
        _run(settings, wish, town)


def _run(settings: Settings, wish: Wish, town: Town) -> None:
    site = read_site(write_site(town, settings.folder, wish.seed, wish.cameras, wish.light, wish.weather))
    settings = settings.model_copy(update={"guest": settings.guest or GUEST.name, "map": settings.map or STREETS})
    stop = stop_on_signals()
    wish.say(f"\n  {town.name} · 一呼 Yihu\n")
    progress = Progress(wish.say)
    with _output(settings, wish) as output, launch(settings, site, progress.tell, output) as installation:
        if others := sites_in(installation.database) - {town.site}:
            raise UsageError(
                f"{settings.folder} holds {', '.join(others)} too: give the demo a --data folder of its own"
            )
        password = sign_up(installation.database, town, settings.folder)
        meter = Meter(installation.database)
        with _at_work(installation, town, wish.seed, meter):
            welcome = functools.partial(_welcome, installation, town, password, wish.say)
            attending = (installation.url, wish, progress, stop, welcome)
            threading.Thread(target=_attend, args=attending, daemon=True).start()
            installation.keep_running(stop)
            wish.say("\n  正在停止 stopping…")
        if wish.is_measured:
            at_edge = count_at_edge(installation.url)
            installation.end("edge", EDGE_STOPS_WITHIN_S)
            drain(installation.url)
            _print_report(meter.report(at_edge), wish)


@contextlib.contextmanager
def _output(settings: Settings, wish: Wish) -> Iterator[int]:
    """Where the stages' logs go: into a file beside what is on the screen, or with all that scripts do not read."""
    if wish.is_measured:
        yield STDERR
        return
    settings.folder.mkdir(parents=True, exist_ok=True)
    with (settings.folder / "demo.log").open("w", encoding="utf-8") as file:
        yield file.fileno()


@contextlib.contextmanager
def _at_work(installation: Installation, town: Town, seed: int, meter: Meter) -> Iterator[None]:
    """The people, and a client of the stream, which goes on listening until the process ends."""
    headers = {"Authorization": f"Bearer {installation.token}"}
    http = httpx2.Client(base_url=installation.url, headers=headers, timeout=10, trust_env=False)
    play = Play(http, town, make_cast(town, seed))
    over, never = threading.Event(), threading.Event()

    def hear(kind: str, name: str, at: float) -> None:
        meter.hear(kind, name, at)
        play.hear(kind, name, at)

    listening = (installation.url, installation.token, hear, never)
    threading.Thread(target=listen, args=listening, name="stream", daemon=True).start()
    people = threading.Thread(target=play.run, args=(over,), name="people", daemon=True)
    people.start()
    with http:
        yield
        over.set()
        people.join(timeout=5)


def _attend(url: str, wish: Wish, progress: Progress, stop: threading.Event, welcome: Callable[[], None]) -> None:
    try:
        progress.wait(url, wish.cameras, stop)
        if not wish.headless:
            welcome()
        stop.wait(wish.lasting)
    finally:  # a bug here must not let it run for ever
        stop.set()


def _welcome(installation: Installation, town: Town, password: str, say: Say) -> None:
    limits = " · ".join(f"{step} {limit}" for step, limit in town.limits.items())
    say(f"\n  大屏 Wall    {installation.url}/wall")
    say(f"  令牌 Token   {installation.token}   (Authorization: Bearer …)")
    say(f"  密码 Password {password}   （admin 和下列每个人 of admin and all below；大屏不用登录 not for the wall）")
    say(f"  时限 Limits  {limits}（演示用 for the demo；平时 usually 2h · 24h · 7d）")
    say("  人员 People  他们会自己办理工单；您办过的，他们不会改动。They work by themselves, and never against you.")
    for role, words in ROLES.items():
        people = "、".join(f"{person.name} {person.english}" for person in town.staff if person.role == role)
        say(f"      {words}: {people}")
    say("  停止 Stop    Ctrl-C\n")


def _print_report(report: dict[str, Any], wish: Wish) -> None:
    if wish.as_json:
        print(json.dumps(report, ensure_ascii=False), flush=True)
        return
    for name, value in report.items():
        print(f"{name}: {value}", flush=True)
