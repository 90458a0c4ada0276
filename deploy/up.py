"""`yihu up`: every stage on this machine, for a real site."""

from pathlib import Path

from deploy.launch import launch, read_site, stop_on_signals, token_file
from deploy.settings import Settings


def up(settings: Settings, site_file: Path) -> None:
    """Run until SIGINT or SIGTERM; raise UsageError before any stage is started."""
    site = read_site(site_file)
    stop = stop_on_signals()
    with launch(settings, site) as installation:
        if settings.token is None:
            print(f"\n  API token   {token_file(settings.folder)}", flush=True)
        print(f"\n  大屏 Wall   http://{settings.host}:{settings.port}/wall\n  停止 Stop   Ctrl-C\n", flush=True)
        installation.keep_running(stop)
        print("正在停止 stopping…", flush=True)
