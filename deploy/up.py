"""`yihu up`: every stage on this machine, for a real site."""

import logging
import subprocess
import sys
from pathlib import Path

from deploy.launch import ADMIN, launch, only_one, read_site, stop_on_signals, token_file
from deploy.settings import Settings
from detect.model.catalogue import COCO, ModelError, Models
from dispatch.site import Site
from edge.sim.address import is_simulated

log = logging.getLogger(__name__)


def up(settings: Settings, site_file: Path) -> None:
    """Run until SIGINT or SIGTERM; raise UsageError before any stage is started."""
    site = read_site(site_file)
    stop = stop_on_signals()
    if lacks_weights(site, Models(settings.folder / "models")):
        print(f"正在下载检测模型 fetching {COCO}, since the site names no model", flush=True)
        fetch_weights(settings.folder)
    with only_one(settings.folder), launch(settings, site) as installation:
        if installation.admin:
            print(f"\n  管理员 Admin  {ADMIN} / {installation.admin}   （只显示一次 shown only now）", flush=True)
        if settings.token is None:
            print(f"\n  API token   {token_file(settings.folder)}", flush=True)
        print(f"\n  大屏 Wall   http://{settings.host}:{settings.port}/wall\n  停止 Stop   Ctrl-C\n", flush=True)
        installation.keep_running(stop)
        print("正在停止 stopping…", flush=True)


def lacks_weights(site: Site, models: Models) -> bool:
    """Whether real cameras are to be watched, the site names no model, and COCO's weights are not there yet."""
    if site.detector and site.detector.model:
        return False
    if not any(device.zones and not is_simulated(device.camera or "") for device in site.devices):
        return False
    try:
        models.coco()
    except ModelError:
        return True
    return False


def fetch_weights(data: Path, *options: str) -> bool:
    """Add COCO's weights, in a process of its own, for it needs torch. Without them all else runs; detect says so."""
    command = [sys.executable, "-m", "deploy.cli", "model", "add", COCO, "--data", str(data), *options]
    fetched = subprocess.run(command, check=False, stdout=sys.stderr).returncode == 0
    if not fetched:
        log.error("cameras are not watched until there are weights: add them as said above")
    return fetched
