"""A real browser for a bench, that draws by software."""

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from deploy.embedded import LOOPBACK, free_port, wait_for_port
from deploy.settings import UsageError

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-unsafe-swiftshader",
]

Visit = Callable[[], AbstractContextManager[Any]]


@contextmanager
def chromium() -> Iterator[Visit]:
    """A browser to visit now and then: while a debugger is attached, a page keeps all that it ever loaded for it."""
    program = shutil.which("chromium")
    if program is None:
        raise UsageError("there is no chromium on this machine: apt install chromium")
    port = free_port()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:  # its helpers may still write there
        own = [f"--user-data-dir={profile}", f"--remote-debugging-port={port}"]
        process = subprocess.Popen([program, *FLAGS, *own, "about:blank"], stderr=subprocess.DEVNULL)
        try:
            if not wait_for_port(port, within_s=30):
                raise UsageError("chromium does not come up: start it by hand and see what it says")
            yield lambda: _visit(port)
        finally:
            process.terminate()
            process.wait()


@contextmanager
def _visit(port: int) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - of those who develop

    with sync_playwright() as playwright:
        browser = playwright.chromium.connect_over_cdp(f"http://{LOOPBACK}:{port}")
        yield browser.contexts[0].pages[0]
        browser.close()
