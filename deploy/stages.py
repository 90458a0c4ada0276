"""The composition root: each stage built from the settings, and nowhere else. Heavy imports wait until needed."""

import contextlib
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.process import Stage, collect_seldom, leave_what_lasts, run_stage, yield_to_screens
from deploy.settings import Settings, UsageError
from edge.probe import make_registry

if TYPE_CHECKING:
    from detect.cameras import Equipment

VERSION = version("yihu")


def broker_url(settings: Settings) -> str:
    if settings.mqtt_url is None:
        raise UsageError("YIHU_MQTT_URL is not set: a single stage needs a broker, mqtt://host:port")
    return settings.mqtt_url


@contextlib.contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """The database given, or the embedded one, which runs at least as long as it is needed."""
    if settings.database_url is not None:
        yield settings.database_url
        return
    from deploy.embedded import EmbeddedDatabase  # noqa: PLC0415 - only where it is used is it installed

    with EmbeddedDatabase(settings.folder / "postgres") as database:
        yield database.url


def run_edge(settings: Settings) -> None:
    from edge.agent import Agent  # noqa: PLC0415 - OpenCV
    from edge.journal import Journal  # noqa: PLC0415 - an agent's own
    from edge.sqlite import SqliteError  # noqa: PLC0415 - as above

    yield_to_screens()
    site, broker, registry = site_of(settings), broker_url(settings), make_registry("edge")
    trust(settings)
    try:
        journal = Journal(journal_file(settings), settings.journal_mb << 20)
    except SqliteError as error:
        raise UsageError(f"{error}; or choose another YIHU_DATA") from error
    agent = Agent(broker, site, settings.agent, VERSION, registry, journal)
    run_stage(agent, registry, (settings.probe_host, settings.probe_port))


def site_of(settings: Settings) -> str:
    if settings.site is None:
        raise UsageError("YIHU_SITE is not set: an agent needs the site that it belongs to; `yihu edge enrol` sets it")
    return settings.site


def journal_file(settings: Settings) -> Path:
    return settings.folder / "edge" / f"{site_of(settings)}-{settings.agent}.journal"


def trust(settings: Settings) -> None:
    """Believe whom this authority vouches for, wherever TLS is spoken: OpenSSL asks for it by this name."""
    if settings.ca:
        os.environ["SSL_CERT_FILE"] = str(settings.ca)


def run_ingest(settings: Settings) -> None:
    from ingest.service import Intake  # noqa: PLC0415 - psycopg
    from ingest.upkeep import Keep  # noqa: PLC0415 - as above

    yield_to_screens()
    collect_seldom()
    keep = Keep(**{name: timedelta(days=getattr(settings, f"keep_{name}_days")) for name in Keep._fields})
    _run_on_database(settings, "ingest", partial(Intake, keep=keep))


def run_dispatch(settings: Settings) -> None:
    from dispatch.service import Dispatch  # noqa: PLC0415 - psycopg

    keep = timedelta(days=settings.keep_evidence_days)
    _run_on_database(settings, "dispatch", partial(Dispatch, keep_evidence=keep))


def _run_on_database(settings: Settings, name: str, make: Callable[..., Stage]) -> None:
    registry = make_registry(name)
    with database_url(settings) as database:
        stage = make(broker_url(settings), database, settings.share, registry)
        run_stage(stage, registry, (settings.probe_host, settings.probe_port))


def equipment(settings: Settings) -> "Equipment":
    """What cameras are looked at with on this machine."""
    from detect.cameras import Equipment  # noqa: PLC0415 - torch
    from detect.model.catalogue import Models, shipped  # noqa: PLC0415 - as above
    from detect.model.exports import Exports  # noqa: PLC0415 - as above
    from detect.model.yolo import load_detector, make_tracker  # noqa: PLC0415 - as above

    models = Models(settings.folder / "models")
    exports = Exports(models.folder / ".exports")
    return Equipment(
        lambda model: load_detector(str(exports.fit(models.named(model)))), make_tracker, shipped, models.coco
    )


def run_detect(settings: Settings) -> None:
    from detect.memory import Shelf  # noqa: PLC0415 - OpenCV
    from detect.service import Detection  # noqa: PLC0415 - torch
    from edge.sqlite import SqliteError  # noqa: PLC0415 - as above

    yield_to_screens()
    leave_what_lasts()
    registry = make_registry("detect")
    folder, share = settings.folder / "detect", settings.share
    outbox = folder / f"incidents-{share.index}-{share.count}.outbox"
    shelf = Shelf(folder, registry)
    try:
        detection = Detection(broker_url(settings), share, registry, equipment(settings), outbox, shelf)
    except SqliteError as error:
        raise UsageError(f"{error}; or choose another YIHU_DATA") from error
    run_stage(detection, registry, (settings.probe_host, settings.probe_port))


def run_web(settings: Settings) -> None:
    from dashboard.app import WebSettings, create_app  # noqa: PLC0415 - the web's own
    from dashboard.server import Server, make_config  # noqa: PLC0415 - as above

    collect_seldom()
    if settings.token is None:
        raise UsageError("YIHU_TOKEN is not set: choose one of at least 16 characters for scripts to act with")
    registry = make_registry("web")
    with database_url(settings) as database:
        web = WebSettings(
            database,
            broker_url(settings),
            settings.token,
            VERSION,
            settings.stages,
            guest=settings.guest,
            map=settings.map,
            street_broker=settings.street_broker,
        )
        app = create_app(web, registry)
        config = make_config(app, settings.host, settings.port, settings.trusted_proxies)
        Server(config, app.state.hub.end_streams).run()
